using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Linux.Packages.Ways;

namespace NodeGuard.Agent.Updates.Ways;

/// <param name="Verdict">How it stands now.</param>
/// <param name="Problems">What kept the pass from its work, one sentence each.</param>
internal sealed record SnapResult(WayVerdict Verdict, IReadOnlyList<string> Problems);

/// <summary>Asks snapd, plans, notes, tells snapd. Where nothing changes it asks seldom: each question may start snapd.</summary>
internal sealed class SnapPass(SnapdSocket snapd, SnapNoteStore notes, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);

    private (HoldMode Mode, long At, SnapResult Result)? _settled;

    /// <summary>Looks, and changes nothing.</summary>
    public async Task<WayVerdict> LookAsync(HoldMode mode, CancellationToken cancellation) =>
        SnapHold.Plan(mode, await snapd.LookAsync(cancellation), notes.Read().Note, time.GetUtcNow()).Verdict;

    public async Task<SnapResult> RunAsync(HoldMode mode, CancellationToken cancellation)
    {
        if (_settled is { } settled && settled.Mode == mode && time.GetElapsedTime(settled.At) < Interval)
            return settled.Result;
        (SnapNote? note, string? problem) = notes.Read();
        SnapLook look = await snapd.LookAsync(cancellation);
        SnapPlan plan = SnapHold.Plan(mode, look, note, time.GetUtcNow());
        // What is ours and what was before cannot be told from each other without the note.
        problem = (look is SnapLook.Absent ? null : problem) ?? await CarryAsync(plan, cancellation);
        if (problem is null && plan.Setting is not null)
            plan = SnapHold.Plan(mode, await snapd.LookAsync(cancellation), notes.Read().Note, time.GetUtcNow());
        var result = new SnapResult(plan.Verdict, Problems(mode, look, note, problem));
        _settled = result.Problems.Count == 0 && look is not SnapLook.Unknown ? (mode, time.GetTimestamp(), result) : null;
        return result;
    }

    /// <returns>Null when all is done; otherwise why not.</returns>
    private async Task<string?> CarryAsync(SnapPlan plan, CancellationToken cancellation)
    {
        if (plan.Note is { } note && notes.Write(note) is { } unwritten)
            return unwritten;
        if (plan.Setting is { } setting && await snapd.SetAsync(setting, cancellation) is { } refused)
            return refused;
        return plan.Forget ? notes.Forget() : null;
    }

    private static IReadOnlyList<string> Problems(HoldMode mode, SnapLook look, SnapNote? note, string? problem) => (look, problem) switch
    {
        (SnapLook.Unknown unknown, _) when note is not null && mode is HoldMode.Off or HoldMode.Release =>
            [$"snapd's hold could not be taken back and ends by itself within two days: {unknown.Problem}; to leave it at that, remove snap-hold.json from the state directory"],
        (_, { } why) => [why],
        _ => [],
    };
}
