using System.Runtime.InteropServices;

namespace NodeGuard.Linux.Tests.Systemd.Bus;

/// <summary>What of sd-bus a service needs beyond a client.</summary>
internal static partial class SdBusService
{
    private const string Library = "libsystemd.so.0";

    [LibraryImport(Library, EntryPoint = "sd_bus_request_name", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int RequestName(nint bus, string name, ulong flags);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_new_method_return")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int NewReturn(nint call, out nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_new_method_errorf", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int NewError(nint call, out nint message, string name, string format);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_new_signal", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int NewSignal(nint bus, out nint message, string path, string @interface, string member);
}
