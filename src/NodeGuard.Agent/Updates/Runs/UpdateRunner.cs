using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Linux.Packages;

namespace NodeGuard.Agent.Updates.Runs;

/// <summary>
/// Takes one update of this host from its record to its end: looks, decides by the table, notes down, then acts. An agent that
/// dies anywhere leaves what the next one needs (invariant 9); the tool itself is never stopped.
/// </summary>
public sealed partial class UpdateRunner(UpdateRunStore store, IUpdateTool tool, IHostState host, TimeProvider time, ILogger log)
{
    private string? _problem;

    // Not recorded: an agent that starts anew has not seen it.
    private long? _wellFrom;

    /// <summary>The run that is not over; null when there is none, and before <see cref="Load"/>.</summary>
    public UpdateRun? Current { get; private set; }

    /// <summary>Finds what an earlier agent has begun.</summary>
    /// <returns>Why some records cannot be read; null when all can.</returns>
    public string? Load()
    {
        var (runs, problem) = store.Read();
        Current = runs.FirstOrDefault(static run => !run.IsOver);
        return problem;
    }

    /// <summary>Notes a run down; the next turn starts it.</summary>
    /// <returns>Null when it stands in its record; otherwise why not.</returns>
    public string? Begin(UpdateRun run)
    {
        if (store.Write(run) is { } problem)
            return problem;
        Current = run;
        Told(log, run.Id, run.Phase, run.Message);
        return null;
    }

    /// <summary>One look, and what follows from it.</summary>
    public async Task TurnAsync(CancellationToken cancellation)
    {
        if (Current is not { } run)
            return;
        UpdateUnitLook unit = run.Phase == UpdateRunPhase.Verifying
            ? new UpdateUnitLook(UpdateUnitState.Succeeded, run.ExitStatus, string.Empty)
            : await tool.LookAsync(run.Id, run.Repairs, cancellation);
        bool ended = run.Phase != UpdateRunPhase.Verifying && unit.State is UpdateUnitState.Succeeded;
        DpkgStatus? packages = ended ? await host.PackagesAsync(cancellation) : null;
        IReadOnlyList<string>? lacking = run.Phase == UpdateRunPhase.Verifying ? run.Health.Lacking(await host.HealthAsync(cancellation)) : null;
        _wellFrom = lacking is { Count: 0 } ? _wellFrom ?? time.GetTimestamp() : null;
        var seen = new UpdateRunObservation
        {
            Now = time.GetUtcNow(),
            SameBoot = host.BootId is { Length: > 0 } boot ? boot == run.BootId : null,
            Unit = unit.State,
            HasWritten = store.HasWritten(run.Id),
            DpkgIsWhole = packages is null ? null : !packages.Packages.Any(static package => package.IsHalfDone),
            Lacking = lacking,
            WellFor = _wellFrom is { } from ? time.GetElapsedTime(from) : TimeSpan.Zero,
        };
        UpdateRunEvent happened = UpdateRunEvents.Of(run, seen);
        UpdateRunPhase next = UpdateRunTable.Next(run.Phase, happened);
        if (next != run.Phase)
            await MoveAsync(run, next, happened, unit, packages, seen, cancellation);
        else if (seen is { Unit: UpdateUnitState.Absent, SameBoot: true, HasWritten: false } && run.Phase == UpdateRunPhase.Begun)
            await StartAsync(run, cancellation);
    }

    private async Task StartAsync(UpdateRun run, CancellationToken cancellation)
    {
        try
        {
            using SafeFileHandle written = store.OpenLog(run.Id);
            Starting(log, run.Id, run.Wanted.Count);
            string? unstarted = run.Repairs ? await tool.RepairAsync(run.Id, written, cancellation) : await tool.StartAsync(run.Id, run.Wanted, written, cancellation);
            if (unstarted is { } problem)
                Say(run, problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Say(run, $"not started, as its log cannot be opened: {e.Message}");
        }
    }

    private async Task MoveAsync(
        UpdateRun run, UpdateRunPhase next, UpdateRunEvent happened, UpdateUnitLook unit, DpkgStatus? packages, UpdateRunObservation seen, CancellationToken cancellation)
    {
        UpdateRun moved = run with { Phase = next, PhaseSince = seen.Now, ExitStatus = run.ExitStatus ?? unit.ExitStatus };
        if (run.Phase != UpdateRunPhase.Verifying && next is UpdateRunPhase.Verifying or UpdateRunPhase.Failed)
        {
            packages ??= await host.PackagesAsync(cancellation);
            moved = moved with { Changes = packages is null || run.Before is null ? null : PackageSets.Changes(run.Before, PackageSets.Installed(packages)), Before = null };
        }

        moved = moved with { Message = UpdateRunText.Of(moved, happened, unit.Message, seen, packages) };
        // A record that cannot be written now is written with the next turn: until then nothing has moved.
        string? problem = store.Write(moved);
        // A full disk is said once, and not with each turn.
        if (problem is not null && problem != _problem)
            NotRecorded(log, run.Id, problem);
        _problem = problem;
        if (problem is not null)
            return;
        Current = moved.IsOver ? null : moved;
        Told(log, moved.Id, moved.Phase, moved.Message);
        if (moved.IsOver)
        {
            await tool.ForgetAsync(run.Id, cancellation);
            store.Trim();
        }
    }

    private void Say(UpdateRun run, string message)
    {
        if (run.Message == message)
            return;
        Current = run with { Message = message };
        Told(log, run.Id, run.Phase, message);
    }

    [LoggerMessage(80, LogLevel.Information, "update {Id} is {Phase}: {Message}")]
    private static partial void Told(ILogger log, string id, UpdateRunPhase phase, string message);

    [LoggerMessage(81, LogLevel.Warning, "the host's package tool is started for update {Id}, of {Count} packages")]
    private static partial void Starting(ILogger log, string id, int count);

    [LoggerMessage(82, LogLevel.Warning, "update {Id} is not recorded, and is looked at again: {Problem}")]
    private static partial void NotRecorded(ILogger log, string id, string problem);
}
