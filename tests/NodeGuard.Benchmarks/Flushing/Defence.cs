using System.Diagnostics;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Flushing;

/// <summary>What stands between networkd and the objects in a run.</summary>
internal abstract record Defence(string Name)
{
    /// <summary>How the agent is started; null for those who do without it.</summary>
    public virtual AgentSetup? Agent => null;

    /// <summary>How long after the flush something may still come back.</summary>
    public virtual TimeSpan Patience => TimeSpan.Zero;

    /// <summary>What the measured gaps are to be multiplied with, where waiting as long as in practice would take too long.</summary>
    public virtual double Scale => 1;

    /// <summary>Sets it up in the seeded container; what is returned ends with the run.</summary>
    public virtual Task<IAsyncDisposable?> PrepareAsync(LabContainer container, Load load) => Task.FromResult<IAsyncDisposable?>(null);
}

internal sealed record NoDefence(string Name = "nothing") : Defence(Name);

/// <param name="Harden">off, or runtime as the agent comes.</param>
internal sealed record NodeGuardDefence(string Name, string Harden) : Defence(Name)
{
    private static readonly TimeSpan DropInTimeout = TimeSpan.FromSeconds(10);

    public override AgentSetup Agent => new() { Harden = Harden };

    /// <summary>Gives the agent time for its drop-in. Goes on without it: the run then shows what that costs.</summary>
    public override async Task<IAsyncDisposable?> PrepareAsync(LabContainer container, Load load)
    {
        string dropIns = container.ProcPath("/run/systemd/network/10-host0.network.d");
        long started = Stopwatch.GetTimestamp();
        while (Harden != "off" && !Directory.Exists(dropIns) && Stopwatch.GetElapsedTime(started) < DropInTimeout)
        {
            await Task.Delay(100);
        }

        return null;
    }
}

/// <summary>What distributions and installers ship: networkd.conf.d with the options that this version knows, nothing per link.</summary>
internal sealed record DropInsAlone() : Defence("drop-ins alone (distributions)")
{
    public override async Task<IAsyncDisposable?> PrepareAsync(LabContainer container, Load load)
    {
        string nexthops = container.Suite.SystemdVersion >= 256 ? "ManageForeignNextHops=no\n" : "";
        await container.WriteFileAsync(
            "/etc/systemd/networkd.conf.d/10-foreign.conf",
            $"[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\n{nexthops}");
        return null;
    }
}

/// <summary>A script behind networkd's start that adds everything again.</summary>
internal sealed record StartScript() : Defence("ExecStartPost= script")
{
    private const string Objects = "/etc/bench-objects";

    public override async Task<IAsyncDisposable?> PrepareAsync(LabContainer container, Load load)
    {
        await container.WriteFileAsync(Objects, string.Join('\n', load.Commands) + "\n");
        await container.WriteFileAsync(
            "/etc/systemd/system/systemd-networkd.service.d/script.conf",
            $"[Service]\nExecStartPost=-+/bin/ip -force -batch {Objects}\n");
        await container.ExecAsync("systemctl", "daemon-reload");
        return null;
    }
}

/// <summary>Everything again a while after the first deletion of a rule, as Tailscale does for its own rules.</summary>
internal sealed record DelayedResync(TimeSpan Delay) : Defence($"{Delay.TotalMilliseconds:0} ms timer (Tailscale)")
{
    public override TimeSpan Patience => TimeSpan.FromSeconds(3);

    public override Task<IAsyncDisposable?> PrepareAsync(LabContainer container, Load load) =>
        Task.FromResult<IAsyncDisposable?>(new Resync(container, load, Delay, onDeletion: true));
}

/// <summary>Everything again every so often, as CNIs do.</summary>
/// <param name="Usual">The period in practice; the gaps are scaled to it.</param>
internal sealed record PeriodicResync(TimeSpan Period, TimeSpan Usual) : Defence($"{Usual.TotalSeconds:0} s resync (CNIs)")
{
    public override TimeSpan Patience => Period + TimeSpan.FromSeconds(2);

    public override double Scale => Usual / Period;

    public override Task<IAsyncDisposable?> PrepareAsync(LabContainer container, Load load) =>
        Task.FromResult<IAsyncDisposable?>(new Resync(container, load, Period, onDeletion: false));
}
