using System.Runtime.InteropServices;

namespace NodeGuard.Linux.Threads;

/// <summary>The C library's heap, from which the runtime takes what is no object.</summary>
public static partial class NativeHeap
{
    /// <summary>Gives what is free there back to the kernel; of itself the library keeps most of it.</summary>
    public static void Trim() => _ = MallocTrim(0);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint keep);
}
