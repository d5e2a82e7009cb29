using NodeGuard.Core.Updates;
using NodeGuard.Linux.Systemd.Bus;
using NodeGuard.Linux.Systemd.Config;
using NodeGuard.Linux.Systemd.Updates;

namespace NodeGuard.Agent.Updates;

/// <summary>What is wished of the units that install updates.</summary>
/// <param name="Mode">Before a release by a person is taken into account.</param>
/// <param name="Persistent">Under /etc.</param>
/// <param name="Units">Names of services, with * for any characters.</param>
public sealed record HoldWish(HoldMode Mode, bool Persistent, IReadOnlyList<string> Units);

/// <param name="Verdicts">How it stands now, one of each unit.</param>
/// <param name="Files">What was written, removed and refused.</param>
/// <param name="Reloaded">systemd has read its files anew.</param>
/// <param name="Problems">What kept the pass from its work, one sentence each.</param>
public sealed record HoldResult(
    IReadOnlyList<HoldVerdict> Verdicts, IReadOnlyList<FileOutcome> Files, bool Reloaded, IReadOnlyList<string> Problems)
{
    /// <summary>Another pass soon may get further: systemd has not read what was written.</summary>
    public bool IsUnfinished => Verdicts.Any(static verdict => verdict.State is HoldState.Waiting or HoldState.Unknown);
}

/// <summary>Looks at the host, plans, and does what the plan says; looks again, and tells what came of it.</summary>
/// <param name="root">Of the host.</param>
/// <param name="load">Asks systemd of one unit.</param>
/// <param name="reload">daemon-reload; null when it is done, else why it is not.</param>
public sealed class HoldPass(
    HostRoot root, Func<string, CancellationToken, Task<BusValue<LoadedUnit>>> load, Func<CancellationToken, Task<string?>> reload)
{
    private readonly HeldUnitFiles _files = new(root);

    public HoldPass(HostRoot root, LoadedUnits units)
        : this(root, units.ReadAsync, units.ReloadAsync)
    {
    }

    /// <summary>A person let updates run, until the next boot or until a person holds again.</summary>
    public bool IsReleased => root.Exists(HoldFile.Released);

    public bool HasPermit => root.Exists(HoldFile.Permit);

    /// <summary>Looks, and changes nothing.</summary>
    public Task<HoldPlan> PlanAsync(HoldWish wish, CancellationToken cancellation) => PlanAsync(wish, [], cancellation);

    public async Task<HoldResult> RunAsync(HoldWish wish, CancellationToken cancellation)
    {
        HoldPlan plan = await PlanAsync(wish, cancellation);
        IReadOnlyList<FileOutcome> outcomes = [];
        string[] touched = [.. plan.Verdicts.Select(verdict => verdict.Unit.Unit)];
        if (plan.ChangesFiles)
        {
            outcomes = _files.Apply(plan);
            plan = await PlanAsync(wish, touched, cancellation);
        }

        List<string> problems = [.. outcomes.Where(outcome => outcome.Change == FileChange.Refused).Select(outcome => outcome.Reason ?? outcome.Path)];
        bool reloaded = false;
        if (plan.Reload)
        {
            string? whyNot = await reload(cancellation);
            reloaded = whyNot is null;
            if (whyNot is not null)
            {
                problems.Add($"systemd has not read the drop-ins: {whyNot}; they count from its next reload: systemctl daemon-reload");
            }

            plan = await PlanAsync(wish, touched, cancellation);
        }

        return new HoldResult(plan.Verdicts, outcomes, reloaded, problems);
    }

    private async Task<HoldPlan> PlanAsync(HoldWish wish, IReadOnlyList<string> touched, CancellationToken cancellation)
    {
        ObservedUnit[] units = [.. _files.Find(wish.Units, touched)];
        for (int i = 0; i < units.Length; i++)
        {
            units[i] = await AskAsync(units[i], cancellation);
        }

        HoldMode mode = wish.Mode is HoldMode.Hold && IsReleased ? HoldMode.Off : wish.Mode;
        return HoldPlanner.Plan(new HoldInput(mode, wish.Persistent, units));
    }

    private async Task<ObservedUnit> AskAsync(ObservedUnit unit, CancellationToken cancellation)
    {
        if (unit.File is UnitFile.Absent)
        {
            return unit;
        }

        return await load(unit.Unit, cancellation) switch
        {
            BusValue<LoadedUnit>.Known known => unit with { Loaded = known.Value },
            BusValue<LoadedUnit>.Unknown unknown => unit with { Problem = unknown.Problem },
            _ => unit,
        };
    }
}
