using NodeGuard.Core.Files;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Linux.Packages.Ways;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Agent.Updates.Ways;

/// <param name="Mode">Before a release by a person is taken into account.</param>
/// <param name="AptGate">apt is to be held too.</param>
/// <param name="Holder">Who holds, as a phrase.</param>
public sealed record WaysWish(HoldMode Mode, bool AptGate, string Holder);

/// <param name="Verdicts">One of each way.</param>
/// <param name="Writes">What the plan is, or was.</param>
/// <param name="Removals">The same.</param>
/// <param name="Files">What became of it; empty after a mere look.</param>
/// <param name="Problems">What kept the pass from its work, one sentence each.</param>
public sealed record WaysResult(
    IReadOnlyList<WayVerdict> Verdicts,
    IReadOnlyList<PlannedWrite> Writes,
    IReadOnlyList<PlannedRemoval> Removals,
    IReadOnlyList<FileOutcome> Files,
    IReadOnlyList<string> Problems);

/// <summary>
/// Looks at what installs or restarts besides the gated units, plans, does what the plans say, and looks again. One look at a
/// time.
/// </summary>
public sealed class WaysPass
{
    private readonly HostRoot _own;
    private readonly WayFiles _files;
    private readonly HoldMarkFile _mark;
    private readonly SnapPass _snap;
    private readonly CloudInitFiles _cloudInit;
    private readonly TimeProvider _time;

    /// <param name="own">In which /run/nodeguard is the host's, and can be written.</param>
    /// <param name="host">Where the host's files are seen.</param>
    /// <param name="stateDirectory">Of the agent.</param>
    /// <param name="time">Of all that ends.</param>
    public WaysPass(HostRoot own, HostRoot host, string stateDirectory, TimeProvider time)
    {
        _own = own;
        _files = new WayFiles(host);
        _mark = new HoldMarkFile(own, time);
        _snap = new SnapPass(new SnapdSocket(host, time), new SnapNoteStore(stateDirectory), time);
        _cloudInit = new CloudInitFiles(host);
        _time = time;
    }

    /// <summary>Looks, and changes nothing.</summary>
    public async Task<WaysResult> PlanAsync(WaysWish wish, CancellationToken cancellation)
    {
        HoldMode mode = Effective(wish);
        (WayStep apt, WayStep needrestart) = PlanFiles(mode, wish.AptGate);
        return Result(apt, needrestart, await _snap.LookAsync(mode, cancellation), []);
    }

    public async Task<WaysResult> RunAsync(WaysWish wish, CancellationToken cancellation)
    {
        HoldMode mode = Effective(wish);
        List<string> problems = [];
        string content = HoldMark.Content(wish.Holder);
        if (_mark.Carry(HoldMark.Plan(mode, content, _mark.Find(), _time.GetUtcNow()), content) is { } unmarked)
            problems.Add(unmarked);
        (WayStep apt, WayStep needrestart) = PlanFiles(mode, wish.AptGate);
        IReadOnlyList<FileOutcome> outcomes = _files.Apply(Writes(apt, needrestart), Removals(apt, needrestart));
        (WayStep aptNow, WayStep needrestartNow) = PlanFiles(mode, wish.AptGate);
        FileOutcome[] refused = [.. outcomes.Where(static file => file.Change == FileChange.Refused)];
        // Only the gate is asked for by name; that needrestart cannot be held here is told as how it stands.
        problems.AddRange(refused.Where(file => mode is not HoldMode.Hold || file.Path != NeedrestartHold.Path).Select(static file => file.Reason ?? file.Path));
        if (refused.FirstOrDefault(static file => file.Path == NeedrestartHold.Path) is { Reason: { } reason } && mode is HoldMode.Hold)
            needrestartNow = new WayStep(needrestartNow.Verdict with { State = HoldState.Free, Reason = $"is not held: {reason}" });
        SnapResult snap = await _snap.RunAsync(mode, cancellation);
        problems.AddRange(snap.Problems);
        WaysResult now = Result(aptNow, needrestartNow, snap.Verdict, problems);
        return now with { Writes = Writes(apt, needrestart), Removals = Removals(apt, needrestart), Files = outcomes };
    }

    private HoldMode Effective(WaysWish wish) => wish.Mode is HoldMode.Hold && _own.Exists(HoldFile.Released) ? HoldMode.Off : wish.Mode;

    private (WayStep Apt, WayStep Needrestart) PlanFiles(HoldMode mode, bool aptGate)
    {
        bool stands = HoldMark.Stands(_mark.Find(), _time.GetUtcNow());
        return (AptGate.Plan(mode, aptGate, _files.ReadApt(stands)), NeedrestartHold.Plan(mode, _files.ReadNeedrestart(stands)));
    }

    private WaysResult Result(WayStep apt, WayStep needrestart, WayVerdict snap, IReadOnlyList<string> problems) => new(
        [apt.Verdict, needrestart.Verdict, snap, CloudInitPackages.Judge(_cloudInit.Read())],
        Writes(apt, needrestart), Removals(apt, needrestart), [], problems);

    private static IReadOnlyList<PlannedWrite> Writes(params WayStep[] steps) => [.. steps.Select(static step => step.Write).OfType<PlannedWrite>()];

    private static IReadOnlyList<PlannedRemoval> Removals(params WayStep[] steps) => [.. steps.Select(static step => step.Removal).OfType<PlannedRemoval>()];
}
