using System.Runtime.InteropServices;

namespace NodeGuard.Kubernetes.Election;

/// <summary>
/// The system's time, its timestamps from CLOCK_BOOTTIME: they never jump, and go on while the machine is suspended. Others
/// count the time that we sleep; a clock that stands still meanwhile would let us act on a lease that is theirs.
/// </summary>
public sealed partial class BoottimeClock : TimeProvider
{
    private const int CLOCK_BOOTTIME = 7;

    private BoottimeClock()
    {
    }

    public static BoottimeClock Instance { get; } = new();

    /// <summary>Nanoseconds.</summary>
    public override long TimestampFrequency => 1_000_000_000;

    /// <exception cref="InvalidOperationException">The kernel has no CLOCK_BOOTTIME (Linux has had it since 2.6.39).</exception>
    public override long GetTimestamp() =>
        ClockGetTime(CLOCK_BOOTTIME, out Timespec time) == 0
            ? (time.Seconds * 1_000_000_000L) + time.Nanoseconds
            : throw new InvalidOperationException("clock_gettime(CLOCK_BOOTTIME) failed; leader election needs a clock that goes on during suspend");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ClockGetTime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
