using System.Runtime.InteropServices;

namespace NodeGuard.Linux.Threads;

/// <summary>The kernel's clocks in nanoseconds, without allocating.</summary>
public static partial class Clock
{
    private const int CLOCK_MONOTONIC = 1;
    private const int CLOCK_THREAD_CPUTIME_ID = 3;
    private const int CLOCK_BOOTTIME = 7;

    public static long MonotonicNanoseconds() => Read(CLOCK_MONOTONIC);

    /// <summary>Goes on while the machine sleeps and never jumps: what lifetimes and absences are measured in.</summary>
    public static long BoottimeNanoseconds() => Read(CLOCK_BOOTTIME);

    /// <summary>What the calling thread has cost so far.</summary>
    public static long ThreadNanoseconds() => Read(CLOCK_THREAD_CPUTIME_ID);

    private static long Read(int clock)
    {
        ClockGetTime(clock, out Timespec time);
        return (time.Seconds * 1_000_000_000L) + time.Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    private static partial int ClockGetTime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
