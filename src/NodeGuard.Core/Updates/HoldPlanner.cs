using NodeGuard.Core.Files;

namespace NodeGuard.Core.Updates;

/// <summary>
/// Which drop-ins hold the units that install updates, and how it stands with each. Deterministic and idempotent: once a
/// plan is carried out and systemd has read its files, the next plan of the same host changes nothing.
/// </summary>
public static class HoldPlanner
{
    public static HoldPlan Plan(HoldInput input)
    {
        List<PlannedWrite> writes = [];
        List<PlannedRemoval> removals = [];
        var reload = false;
        List<HoldVerdict> verdicts = [];
        foreach (ObservedUnit unit in input.Units)
        {
            UnitPlan plan = PlanUnit(unit, unit.IsGated || input.Mode is HoldMode.Observe ? input.Mode : Without(input.Mode), input.Persistent);
            if (plan.Write is { } write)
                writes.Add(write);
            removals.AddRange(plan.Removals);
            reload |= plan.Reload;
            verdicts.Add(new HoldVerdict(unit, plan.State, plan.Reason));
        }

        return new HoldPlan(writes, removals, reload, verdicts);
    }

    private sealed record UnitPlan(HoldState State, string Reason)
    {
        public PlannedWrite? Write { get; init; }

        public IReadOnlyList<PlannedRemoval> Removals { get; init; } = [];

        public bool Reload { get; init; }
    }

    /// <summary>What is wished of a unit that is not gated.</summary>
    private static HoldMode Without(HoldMode mode) => mode is HoldMode.Release ? HoldMode.Release : HoldMode.Off;

    private static UnitPlan PlanUnit(ObservedUnit unit, HoldMode mode, bool persistent) => (unit.File, mode) switch
    {
        (UnitFile.Unreadable file, HoldMode.Release or HoldMode.Off) => new(HoldState.Unknown, file.Problem) { Removals = Removals(unit, mode) },
        (UnitFile.Unreadable file, _) => new(HoldState.Unknown, file.Problem),
        (UnitFile.Absent, HoldMode.Observe) => Absent,
        (UnitFile.Absent, _) => Absent with { Removals = Removals(unit, Without(mode)) },
        (_, HoldMode.Observe) => Observe(unit),
        (_, HoldMode.Hold) => Hold(unit, persistent),
        _ => LetGo(unit, mode),
    };

    private static UnitPlan Absent => new(HoldState.Absent, "this host has no such unit");

    private static UnitPlan Observe(ObservedUnit unit) =>
        Told(unit) ?? (unit.Loaded!.Holds
            ? new(HoldState.Held, $"starts only while {HoldFile.Permit} exists")
            : new(HoldState.WouldHold, "would wait for a permit if updates were held"));

    private static UnitPlan Hold(ObservedUnit unit, bool persistent)
    {
        string path = HoldFile.Of(unit.Unit, persistent);
        ExistingFile? there = Find(unit, path);
        ExistingFile? replacing = persistent ? null : Find(unit, HoldFile.Of(unit.Unit, persistent: true));
        if ((replacing ?? there) is { IsOurs: false } foreign)
        {
            return Told(unit) ?? new(HoldState.ForeignDropIn, foreign.Content is null
                ? $"{foreign.Path} exists and could not be read, so it was left alone; make it readable or remove it"
                : $"{foreign.Path} is not NodeGuard's, so the unit is not held; rename that file");
        }

        // A person's persistent drop-in does what the runtime one would, and is taken away by a person only.
        bool isRight = (replacing ?? there) is { IsOurs: true, Content: HoldFile.Content };
        PlannedWrite? write = isRight ? null : new PlannedWrite((replacing ?? there)?.Path ?? path, HoldFile.Content, $"{unit.Unit} installs updates");
        string? twin = persistent ? HoldFile.Of(unit.Unit, persistent: false) : replacing is null ? null : path;
        PlannedRemoval[] removals = twin is not null && Find(unit, twin) is { IsOurs: true }
            ? [new PlannedRemoval(twin, "the persistent file replaces it")]
            : [];
        UnitPlan plan = Told(unit) ?? Effect(unit, isRight);
        return plan with { Write = write, Removals = removals, Reload = isRight && IsStale(unit, wanted: true) };
    }

    /// <summary>What comes of a drop-in that is there, as systemd tells it.</summary>
    private static UnitPlan Effect(ObservedUnit unit, bool isRight)
    {
        LoadedUnit loaded = unit.Loaded!;
        if (loaded.Holds)
            return new(HoldState.Held, $"starts only while {HoldFile.Permit} exists");
        if (!isRight || IsStale(unit, wanted: true))
            return new(HoldState.Waiting, "held as soon as systemd has read the drop-in");
        ExistingFile? clearing = unit.DropIns.LastOrDefault(static file => !file.IsOurs && file.Content is { } text && HoldFile.ClearsConditions(text));
        return clearing is not null
            ? new(HoldState.ForeignDropIn, $"{clearing.Path} clears the unit's conditions after ours, so the unit is not held; remove the empty Condition line there")
            : new(HoldState.Unknown, "the drop-in is in place and systemd does not tell its condition; see: systemctl cat " + unit.Unit);
    }

    private static UnitPlan LetGo(ObservedUnit unit, HoldMode mode)
    {
        IReadOnlyList<PlannedRemoval> removals = Removals(unit, mode);
        bool isStale = removals.Count == 0 && !unit.DropIns.Any(static file => file.IsOurs) && IsStale(unit, wanted: false);
        UnitPlan plan = Told(unit) ?? Freedom(unit, isStale);
        return plan with { Removals = removals, Reload = isStale };
    }

    private static UnitPlan Freedom(ObservedUnit unit, bool isStale)
    {
        if (!unit.Loaded!.Holds)
            return new(HoldState.Free, "runs when its timer or a person starts it");
        if (isStale)
            return new(HoldState.Waiting, "held until systemd has read its files anew");
        ExistingFile? ours = unit.DropIns.LastOrDefault(static file => file.IsOurs);
        return new(HoldState.Held, ours is null
            ? "somebody else's file has the same condition; see: systemctl cat " + unit.Unit
            : $"{ours.Path} holds it; take it away with: nodeguard updates release");
    }

    /// <summary>What is said of a unit whatever the wish; null when the wish decides, and then systemd has answered.</summary>
    private static UnitPlan? Told(ObservedUnit unit) => unit switch
    {
        { File: UnitFile.Masked { Path: var path } } => new(HoldState.Masked, $"{path} masks it, which is somebody's own hold: it cannot run, with a permit or without"),
        { Loaded: null } => new(HoldState.Unknown, $"systemd could not be asked: {unit.Problem ?? "no reason is known"}"),
        { Loaded.LoadState: "masked" } => new(HoldState.Masked, "it is masked, which is somebody's own hold: it cannot run, with a permit or without"),
        { Loaded.LoadState: "not-found" } => new(HoldState.Waiting, $"its file is new, and systemd has yet to read it; see: systemctl status {unit.Unit}"),
        { Loaded.LoadState: not "loaded" } => new(HoldState.Unknown, $"systemd cannot load it ({unit.Loaded.LoadState}); see: systemctl status {unit.Unit}"),
        { Loaded.Runs: true } => new(HoldState.Running, "it runs now and is not stopped; a hold counts from its next start"),
        _ => null,
    };

    private static IReadOnlyList<PlannedRemoval> Removals(ObservedUnit unit, HoldMode mode) =>
    [
        .. unit.DropIns
            .Where(file => file.IsOurs && (mode is HoldMode.Release || !HoldFile.IsPersistent(file.Path)))
            .Select(file => new PlannedRemoval(file.Path, mode is HoldMode.Release ? "it was asked to be released" : "updates are not held")),
    ];

    /// <summary>Files changed, and what systemd knows of the unit is not what they say.</summary>
    private static bool IsStale(ObservedUnit unit, bool wanted) =>
        unit.Loaded is { LoadState: "loaded" } loaded && loaded.Holds != wanted
        && (loaded.NeedsReload || loaded.DropInPaths.Any(path => IsOurPath(unit, path)) != wanted);

    private static bool IsOurPath(ObservedUnit unit, string path) =>
        path == HoldFile.Of(unit.Unit, persistent: false) || path == HoldFile.Of(unit.Unit, persistent: true);

    private static ExistingFile? Find(ObservedUnit unit, string path) => unit.DropIns.FirstOrDefault(file => file.Path == path);
}
