using System.Diagnostics;
using System.Globalization;

namespace NodeGuard.Lab.Tests.Lab;

/// <summary>What tests ask of networkd inside a container.</summary>
public static class LabContainerExtensions
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>`systemctl restart systemd-networkd`, until its links have settled.</summary>
    public static async Task RestartNetworkdAsync(this LabContainer container)
    {
        await container.ExecAsync("systemctl", "restart", "systemd-networkd.service");
        await container.NetworkdSettledAsync();
    }

    /// <summary>
    /// Waits until networkd has a link to manage, every one of them is configured or has failed, and for a second no routing object changed.
    /// </summary>
    /// <remarks>READY=1 comes before the flush, and each link is configured in a pass of its own: one look proves nothing.</remarks>
    public static async Task NetworkdSettledAsync(this LabContainer container)
    {
        long started = Stopwatch.GetTimestamp();
        string last = "";
        long unchangedSince = started;
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60))
        {
            NetnsSnapshot objects = await NetnsSnapshot.TakeAsync(container);
            string now = await container.LinkStatesAsync() + "\n" + string.Join('\n', objects.Lines.Select(line => $"{line.Section}: {line.Text}"));
            if (now != last)
            {
                (last, unchangedSince) = (now, Stopwatch.GetTimestamp());
            }
            else if (Stopwatch.GetElapsedTime(unchangedSince) > TimeSpan.FromSeconds(1) && AllAtAnEnd(now))
            {
                return;
            }

            await Task.Delay(PollInterval);
        }

        throw new LabException($"networkd in {container.Name} did not settle within 60 s; links and objects at the end:\n{last}");
    }

    /// <summary>Waits for a condition inside; the message names what was waited for.</summary>
    public static async Task UntilAsync(this LabContainer container, string what, Func<Task<bool>> condition, TimeSpan? timeout = null)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > (timeout ?? TimeSpan.FromSeconds(30)))
            {
                throw new LabException($"waited in {container.Name} for {what}, in vain");
            }

            await Task.Delay(PollInterval);
        }
    }

    public static async Task<int> NetworkdPidAsync(this LabContainer container) => int.Parse(
        await container.ExecAsync("systemctl", "show", "--property=MainPID", "--value", "systemd-networkd.service"),
        CultureInfo.InvariantCulture);

    /// <summary>The state files say what networkctl says, without asking networkd while it starts.</summary>
    private static Task<string> LinkStatesAsync(this LabContainer container) =>
        container.ShellAsync("grep -H ^ADMIN_STATE= /run/systemd/netif/links/* || true");

    private static bool AllAtAnEnd(string states) =>
        (states.Contains("ADMIN_STATE=configured", StringComparison.Ordinal) || states.Contains("ADMIN_STATE=failed", StringComparison.Ordinal))
        && !states.Contains("ADMIN_STATE=configuring", StringComparison.Ordinal)
        && !states.Contains("ADMIN_STATE=pending", StringComparison.Ordinal)
        && !states.Contains("ADMIN_STATE=initialized", StringComparison.Ordinal);
}
