using NodeGuard.Agent.Control;
using NodeGuard.Cli.Control;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Cli.Drills;

public sealed record DrillTiming
{
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>networkd's passes over its links come within a second or two of its start.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(90);
}

/// <summary>Restarts networkd for real and compares the kernel's dumps from before and after.</summary>
public sealed class HostDrill(IDrillHost host, ControlClient agent, TimeProvider time, DrillTiming timing)
{
    public async Task<DrillReport> RunAsync(CancellationToken cancellation)
    {
        var startedAt = time.GetTimestamp();
        var earlier = await NewestEpisodeAsync(cancellation);
        var before = host.Snapshot();
        using var listener = host.Listen();
        var restart = await host.RestartNetworkdAsync(cancellation);
        if (!restart.Done)
            throw new DrillException(restart.Detail);
        var settled = await SettleAsync(listener, startedAt, cancellation);
        var after = host.Snapshot();
        var newest = await NewestEpisodeAsync(cancellation);
        return new DrillReport
        {
            Host = host.HostName,
            Before = before.Counts,
            Seen = listener.Stop(),
            Missing = before.MissingIn(after),
            Episode = newest?.Id == earlier?.Id ? null : newest,
            Settled = settled,
        };
    }

    private async Task<bool> SettleAsync(IDeletionListener listener, long startedAt, CancellationToken cancellation)
    {
        while (time.GetElapsedTime(startedAt) < timing.Limit)
        {
            await Task.Delay(timing.Poll, time, cancellation);
            if (listener.QuietFor >= timing.Quiet && !await IsRestoringAsync(cancellation))
                return true;
        }

        return false;
    }

    // Without an agent (--force) there is nobody to wait for.
    private async Task<bool> IsRestoringAsync(CancellationToken cancellation) =>
        (await agent.StatusAsync(cancellation)).TryGet(out var status, out _)
        && (status.State is GuardState.Restoring || status.RunningEpisode is not null);

    private async Task<EpisodeRecord?> NewestEpisodeAsync(CancellationToken cancellation) =>
        (await agent.EpisodesAsync(cancellation)).TryGet(out var episodes, out _)
            ? episodes.MaxBy(static episode => (episode.StartedAt, episode.Id))
            : null;
}
