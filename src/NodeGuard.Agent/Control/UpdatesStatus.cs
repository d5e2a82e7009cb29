using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;

namespace NodeGuard.Agent.Control;

/// <summary>How it stands with the units that install updates on this host.</summary>
public sealed record UpdatesStatus
{
    /// <summary>What is wished of the units, by the configuration or the fleet; null where no agent keeps it.</summary>
    public HoldMode? Mode { get; init; }

    /// <summary>It is the fleet's wish, and not the configuration's.</summary>
    public bool ByFleet { get; init; }

    public bool Persistent { get; init; }

    /// <summary>A person let updates run, until the next boot or until a person holds again.</summary>
    public required bool Released { get; init; }

    /// <summary>This node may update now.</summary>
    public required bool Permit { get; init; }

    public required IReadOnlyList<UpdateUnit> Units { get; init; }

    /// <summary>What installs or restarts besides the units; empty where an older agent was asked.</summary>
    public IReadOnlyList<WayVerdict> Ways { get; init; } = [];

    /// <summary>One sentence each: what keeps the hold from its effect, and what to do about it.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>The packages; null where nobody has asked the host's tools yet.</summary>
    public PendingStatus? Pending { get; init; }
}

public sealed record UpdateUnit
{
    public required string Unit { get; init; }

    public required HoldState State { get; init; }

    /// <summary>One sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Drop-ins that are not NodeGuard's, whatever they say.</summary>
    public IReadOnlyList<string> ForeignDropIns { get; init; } = [];

    public string? Timer { get; init; }

    /// <summary>enabled, disabled, static, masked, ... of the timer.</summary>
    public string? TimerState { get; init; }

    public DateTimeOffset? NextRun { get; init; }

    /// <summary>When its timer last elapsed.</summary>
    public DateTimeOffset? LastElapsed { get; init; }

    public UnitRun? LastRun { get; init; }

    /// <summary>When its last start was turned down for want of a permit or by another condition.</summary>
    public DateTimeOffset? SkippedAt { get; init; }

    public static UpdateUnit Of(HoldVerdict verdict) => new()
    {
        Unit = verdict.Unit.Unit,
        State = verdict.State,
        Reason = verdict.Reason,
        ForeignDropIns = [.. verdict.Unit.DropIns.Where(file => !file.IsOurs).Select(file => file.Path)],
        Timer = verdict.Unit.Loaded?.Timer?.Name,
        TimerState = verdict.Unit.Loaded?.Timer?.State,
        NextRun = verdict.Unit.Loaded?.Timer?.Next,
        LastElapsed = verdict.Unit.Loaded?.Timer?.Last,
        LastRun = verdict.Unit.Loaded?.LastRun,
        SkippedAt = verdict.Unit.Loaded?.SkippedAt,
    };
}

/// <summary>What the control API may ask of the hold.</summary>
public interface IUpdateHold
{
    /// <summary>Looks at the host anew, and brings it to what is configured.</summary>
    Task<UpdatesStatus> LookAsync(CancellationToken cancellation);
}
