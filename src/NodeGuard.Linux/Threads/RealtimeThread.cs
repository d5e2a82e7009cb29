using System.Runtime.InteropServices;

namespace NodeGuard.Linux.Threads;

/// <summary>What a thread was allowed to take: fifo, nice or normal, and why not more.</summary>
public sealed record ThreadPriorityOutcome(string Name, string? Problem);

/// <summary>Puts the calling thread before ordinary ones, so that a saturated host cannot delay a restore.</summary>
public static partial class RealtimeThread
{
    private const int SCHED_FIFO = 1;

    // Children of this thread (there are none by intent) start as ordinary ones.
    private const int SCHED_RESET_ON_FORK = 0x40000000;
    private const int PRIO_PROCESS = 0;
    private const int BestNice = -20;

    /// <param name="priority">1 to 99; needs CAP_SYS_NICE.</param>
    public static ThreadPriorityOutcome TrySetRealtime(int priority)
    {
        if (SchedSetScheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, in priority) == 0)
        {
            return new("fifo", null);
        }

        string refused = Marshal.GetLastPInvokeErrorMessage();

        // Linux applies a nice value to the thread whose id is given; 0 is the calling one.
        return SetPriority(PRIO_PROCESS, 0, BestNice) == 0
            ? new("nice", $"SCHED_FIFO was refused ({refused}): grant CAP_SYS_NICE or an RTPRIO limit")
            : new("normal", $"SCHED_FIFO and nice {BestNice} were refused ({refused}): grant CAP_SYS_NICE");
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SchedSetScheduler(int pid, int policy, in int priority);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int who, int priority);
}
