using NodeGuard.Core.Files;

namespace NodeGuard.Core.Updates;

/// <summary>A unit that installs updates, as files and systemd tell it.</summary>
public sealed record ObservedUnit
{
    public required string Unit { get; init; }

    /// <summary>False when the configuration does not name it (any more) and only a drop-in of ours made us look.</summary>
    public bool IsGated { get; init; } = true;

    public required UnitFile File { get; init; }

    /// <summary>Every drop-in of this unit, ours too, in the order in which systemd applies them; one that another of the same name replaces comes as well.</summary>
    public IReadOnlyList<ExistingFile> DropIns { get; init; } = [];

    /// <summary>Null when systemd could not be asked; <see cref="Problem"/> says why.</summary>
    public LoadedUnit? Loaded { get; init; }

    public string? Problem { get; init; }
}

/// <summary>What the unit directories hold under the unit's name.</summary>
public abstract record UnitFile
{
    private UnitFile()
    {
    }

    public sealed record Absent : UnitFile;

    public sealed record Present(string Path) : UnitFile;

    public sealed record Masked(string Path) : UnitFile;

    public sealed record Unreadable(string Problem) : UnitFile;
}

/// <summary>The unit as PID 1 has it.</summary>
public sealed record LoadedUnit
{
    /// <summary>loaded, not-found, masked, bad-setting, error.</summary>
    public required string LoadState { get; init; }

    /// <summary>active, inactive, activating, deactivating, failed, reloading.</summary>
    public required string ActiveState { get; init; }

    /// <summary>It starts only while the permit exists.</summary>
    public required bool Holds { get; init; }

    /// <summary>systemd says that its files have changed since it read them; up to 252 it does not see new directories of drop-ins.</summary>
    public required bool NeedsReload { get; init; }

    /// <summary>Those that systemd has read.</summary>
    public IReadOnlyList<string> DropInPaths { get; init; } = [];

    /// <summary>Null when it has not run since boot.</summary>
    public UnitRun? LastRun { get; init; }

    /// <summary>When a start was last turned down by a condition, ours or another; null when the last start was not.</summary>
    public DateTimeOffset? SkippedAt { get; init; }

    /// <summary>Null when no timer starts it.</summary>
    public UnitTimer? Timer { get; init; }

    /// <summary>Updates are never interrupted: what is on its way counts as running.</summary>
    public bool Runs => ActiveState is "active" or "activating" or "reloading" or "deactivating";
}

/// <param name="StartedAt">Of its main process.</param>
/// <param name="EndedAt">Null while it runs.</param>
/// <param name="Result">success, exit-code, signal, timeout, ... as systemd names it.</param>
/// <param name="ExitStatus">Exit status or signal number.</param>
public sealed record UnitRun(DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Result, int ExitStatus);

/// <param name="Name">Such as apt-daily.timer.</param>
/// <param name="State">enabled, disabled, static, masked, ... as systemd names it; empty when there is no such file.</param>
/// <param name="Active">It waits to elapse.</param>
/// <param name="Next">Null when it will not elapse.</param>
/// <param name="Last">Null when it never elapsed.</param>
public sealed record UnitTimer(string Name, string State, bool Active, DateTimeOffset? Next, DateTimeOffset? Last);
