using System.Runtime.InteropServices;
using static NodeGuard.Linux.Netlink.NativeMethods;

namespace NodeGuard.Linux.Systemd.Bus;

/// <summary>Declarations of libsystemd's sd-bus. Results below 0 are negative errno values.</summary>
internal static unsafe partial class SdBus
{
    public const string Library = "libsystemd.so.0";
    public const byte MethodReturn = 2;
    public const byte MethodError = 3;
    public const byte SignalType = 4;

    [LibraryImport(Library, EntryPoint = "sd_bus_new")]
    public static partial int New(ref nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_set_address", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetAddress(nint bus, string address);

    [LibraryImport(Library, EntryPoint = "sd_bus_set_bus_client")]
    public static partial int SetBusClient(nint bus, int value);

    [LibraryImport(Library, EntryPoint = "sd_bus_start")]
    public static partial int Start(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_close")]
    public static partial void Close(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_unref")]
    public static partial nint Unref(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_fd")]
    public static partial int GetDescriptor(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_events")]
    public static partial int GetEvents(nint bus);

    /// <summary>CLOCK_MONOTONIC in microseconds; ulong.MaxValue is never.</summary>
    [LibraryImport(Library, EntryPoint = "sd_bus_get_timeout")]
    public static partial int GetTimeout(nint bus, out ulong microseconds);

    [LibraryImport(Library, EntryPoint = "sd_bus_process")]
    public static partial int Process(nint bus, out nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_send")]
    public static partial int Send(nint bus, nint message, out ulong cookie);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_new_method_call", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int NewMethodCall(
        nint bus, ref nint message, string destination, string path, string @interface, string member);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_set_auto_start")]
    public static partial int SetAutoStart(nint message, int value);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_append_basic", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AppendText(nint message, byte type, string value);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_append_basic")]
    public static partial int AppendNumber(nint message, byte type, in ulong value);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_open_container", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenContainer(nint message, byte type, string contents);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_close_container")]
    public static partial int CloseContainer(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_read_basic")]
    public static partial int ReadBasic(nint message, byte type, ref ulong value);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_read_array")]
    public static partial int ReadArray(nint message, byte type, out nint bytes, out nuint size);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_peek_type")]
    public static partial int PeekType(nint message, out byte type, out nint contents);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_enter_container")]
    public static partial int EnterContainer(nint message, byte type, nint contents);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_exit_container")]
    public static partial int ExitContainer(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_type")]
    public static partial int GetMessageType(nint message, out byte type);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_reply_cookie")]
    public static partial int GetReplyCookie(nint message, out ulong cookie);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_error")]
    private static partial nint GetErrorPointer(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_sender")]
    public static partial nint GetSender(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_path")]
    public static partial nint GetPath(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_interface")]
    public static partial nint GetInterface(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_member")]
    public static partial nint GetMember(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_unref")]
    public static partial nint UnrefMessage(nint message);

    public static (string Name, string Text) GetError(nint message)
    {
        nint pointer = GetErrorPointer(message);
        if (pointer == 0)
            return ("", "");
        var error = (Error*)pointer;
        return (Marshal.PtrToStringUTF8(error->Name) ?? "", Marshal.PtrToStringUTF8(error->Message) ?? "");
    }

    /// <summary>Waits for the bus or the wake descriptor; a negative descriptor is not waited for.</summary>
    public static void Wait(int descriptor, short events, int wake, TimeSpan timeout)
    {
        var descriptors = stackalloc Pollfd[2];
        descriptors[0] = new Pollfd { Descriptor = wake, Events = POLLIN };
        descriptors[1] = new Pollfd { Descriptor = descriptor, Events = events };
        long nanoseconds = Math.Max(0, timeout.Ticks) * 100;
        var limit = new Timespec { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
        _ = PPoll(descriptors, 2, &limit, null);
    }

    // sd_bus_error of sd-bus-protocol; the rest of it is not read.
    [StructLayout(LayoutKind.Sequential)]
    private struct Error
    {
        public nint Name;
        public nint Message;
    }
}
