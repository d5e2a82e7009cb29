using System.Runtime.InteropServices;

namespace NodeGuard.Linux.Processes;

/// <summary>
/// The variables that native libraries of this process read. .NET has its own copy, and gives that one to the programs that
/// it starts.
/// </summary>
public static partial class LibraryEnvironment
{
    /// <summary>At the program's start: other threads that read variables at the same time would not be safe.</summary>
    public static void Set(string name, string value)
    {
        // Only once it has been asked for all of them, .NET has its copy.
        _ = Environment.GetEnvironmentVariables();
        _ = SetVariable(name, value, overwrite: 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
