using System.Runtime.InteropServices;

namespace NodeGuard.Linux.Threads;

/// <summary>Work that only takes what the processors have left over.</summary>
public static partial class IdleThread
{
    private const int SCHED_IDLE = 5;

    /// <summary>Runs it on a thread of its own, which ends with it.</summary>
    public static Task<T> RunAsync<T>(string name, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            int priority = 0;
            // Nobody needs a right to take less. Where it is refused all the same the work is done as any other.
            _ = SchedSetScheduler(0, SCHED_IDLE, in priority);
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { IsBackground = true, Name = name }.Start();
        return done.Task;
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SchedSetScheduler(int pid, int policy, in int priority);
}
