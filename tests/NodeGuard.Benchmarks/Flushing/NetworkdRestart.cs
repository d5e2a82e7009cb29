using System.Diagnostics;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Flushing;

/// <summary>The real flush, and when it is over.</summary>
internal static class NetworkdRestart
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan LongestSettling = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Restarts networkd; returns when its links have settled, nothing changed for a while, and everything is back or
    /// <paramref name="patience"/> is over.
    /// </summary>
    public static async Task RunAsync(LabContainer container, FlushListener listener, TimeSpan patience, Action? look = null)
    {
        Task restart = container.ExecAsync("systemctl", "restart", "systemd-networkd.service");
        long started = Stopwatch.GetTimestamp();
        long settled = 0;
        while (Stopwatch.GetElapsedTime(started) < LongestSettling)
        {
            look?.Invoke();
            await Task.Delay(LookEvery);
            bool ended = restart.IsCompleted && listener.QuietFor > Calm && LinksAtAnEnd(container);
            settled = ended && settled == 0 ? Stopwatch.GetTimestamp() : settled;
            bool whole = listener.Created >= listener.Deleted;
            if (ended && (whole || Stopwatch.GetElapsedTime(settled) > patience))
            {
                break;
            }
        }

        await restart;
    }

    /// <summary>Read through the container's mounts: a process inside would disturb what is measured.</summary>
    private static bool LinksAtAnEnd(LabContainer container)
    {
        string directory = container.ProcPath("/run/systemd/netif/links");
        string[] states = [.. Directory.EnumerateFiles(directory).Select(ReadState)];
        return states.Any(state => state is "configured" or "failed")
            && states.All(state => state is "configured" or "failed" or "unmanaged");
    }

    private static string ReadState(string file)
    {
        const string key = "ADMIN_STATE=";
        try
        {
            return File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?[key.Length..] ?? "";
        }
        catch (IOException)
        {
            // networkd replaces and removes these files while it starts.
            return "";
        }
    }
}
