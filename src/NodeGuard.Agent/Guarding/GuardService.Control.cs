using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Core.Routing.Reports;
using NodeGuard.Hosting.Http;
using NodeGuard.Linux.Systemd;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Agent.Guarding;

/// <summary>What the control API asks.</summary>
public sealed partial class GuardService
{
    // A restore by hand waits this long for the kernel's answers to what was refused before.
    private static readonly TimeSpan RestorePatience = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<LedgerObject>> ListAsync(CancellationToken cancellation)
    {
        var snapshot = new LedgerSnapshot();
        await snapshot.TakeAsync(_thread, cancellation);
        snapshot.Sort(InOrder);
        var objects = new List<LedgerObject>(snapshot.Entries.Length);
        foreach (EntrySnapshot entry in snapshot.Entries)
        {
            objects.Add(View(entry));
        }

        return objects;
    }

    public async Task<IReadOnlyList<LedgerDifference>> DiffAsync(CancellationToken cancellation)
    {
        HashSet<string> before = [.. (await ListAsync(cancellation)).Select(known => known.Id)];
        await _thread.ReadKernelAsync(cancellation);
        IReadOnlyList<LedgerObject> after = await ListAsync(cancellation);
        return
        [
            .. after.Where(known => known.State != "present").Select(known => new LedgerDifference("missing", known)),
            .. after.Where(known => !before.Contains(known.Id)).Select(known => new LedgerDifference("unknown", known)),
        ];
    }

    public async Task<RestoreReport> RestoreAsync(CancellationToken cancellation)
    {
        await _thread.ReadKernelAsync(cancellation);
        int missing = await _thread.AskAsync(RetryAll, cancellation);
        using var patience = new CancellationTokenSource(RestorePatience, _surroundings.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        await _thread.ReadKernelAsync(both.Token);
        IReadOnlyList<LedgerObject> after = await ListAsync(cancellation);
        NotRestorableObject[] left =
        [
            .. after.Where(known => known.State != "present").Select(known => new NotRestorableObject(known.Text, known.Reason ?? "")),
        ];
        return new RestoreReport(missing, Math.Max(0, missing - left.Length), left);
    }

    public Task<PinOutcome> PinAsync(string objectId, CancellationToken cancellation) => SetPinAsync(objectId, true, cancellation);

    public Task<PinOutcome> UnpinAsync(string objectId, CancellationToken cancellation) => SetPinAsync(objectId, false, cancellation);

    private Task<PinOutcome> SetPinAsync(string objectId, bool pinned, CancellationToken cancellation) =>
        _thread.AskAsync(
            thread =>
            {
                LedgerEntry[] found = [.. thread.Guard.Ledger.Entries.Where(entry => LedgerView.IdOf(entry).StartsWith(objectId, StringComparison.Ordinal))];
                if (found.Length != 1)
                {
                    string why = found.Length == 0 ? "no object of the ledger has it" : $"{found.Length} objects begin with it";
                    return new PinOutcome(false, $"{objectId}: {why}; take an id from `nodeguard routes list`");
                }

                thread.Guard.SetPinned(found[0], pinned);
                LedgerObject view = View(EntrySnapshot.Of(found[0], Clock.MonotonicNanoseconds()));
                return new PinOutcome(true, $"{(pinned ? "pinned" : "unpinned")} {view.Kind} {view.Text}");
            },
            cancellation);

    private static int RetryAll(GuardThread thread)
    {
        int missing = thread.Guard.Ledger.Entries.Count(entry =>
            entry.State is EntryState.Missing or EntryState.Unexplained or EntryState.Restoring);
        thread.Guard.RestoreMissing(Clock.MonotonicNanoseconds());
        return missing;
    }

    private LedgerObject View(in EntrySnapshot entry) => LedgerView.Of(entry, _thread.Guard.Restores, _thread.LinkTable.NameOf);

    private static int InOrder(EntrySnapshot left, EntrySnapshot right)
    {
        ObjectKey one = left.Entry.Key;
        ObjectKey other = right.Entry.Key;
        return left.Entry.Facts.Stage != right.Entry.Facts.Stage ? left.Entry.Facts.Stage.CompareTo(right.Entry.Facts.Stage)
            : one.Family != other.Family ? one.Family.CompareTo(other.Family)
            : one.Priority != other.Priority && one.Kind == ObjectKind.Rule ? one.Priority.CompareTo(other.Priority)
            : left.Order.CompareTo(right.Order);
    }

    private GuardStatus Describe(LedgerCounts counts, GuardState? state)
    {
        NetworkdView networkd = _follower.View;
        NetworkdPresence presence = networkd.Process is null ? _host.Presence(running: false) : NetworkdPresence.Running;
        List<string> problems = Problems(networkd, counts);
        return new GuardStatus
        {
            State = state ?? StateOf(presence, counts, problems),
            Mode = _options.Routes.Mode,
            Problems = problems,
            NetworkdVersion = _bus?.SystemdVersion,
            Networkd = presence.ToString().ToLowerInvariant(),
            NetworkdPortIds = [.. _thread.Authors.Networkd],
            Foreign = counts.Foreign,
            NetworkdOwned = counts.Networkd,
            Missing = counts.Missing,
            Pinned = counts.Pinned,
            LedgerFull = counts.Full,
            ThreadPriority = _thread.Priority.Name,
            StartedAt = _startedAt,
            RunningEpisode = _book?.RunningEpisode,
        };
    }

    private DependencyAnswer CheckNetworkd() => _follower.View switch
    {
        { Process: null } => new(DependencyState.Ok, "systemd-networkd does not run"),
        { Sockets: NetworkdSockets.Found found } view =>
            new(DependencyState.Ok, $"systemd-networkd runs as pid {view.Process.Pid}, portid {string.Join(", ", found.PortIds)}"),
        { Sockets: NetworkdSockets.Assumed assumed } => new(DependencyState.Unknown, assumed.Problem),
        { Sockets: NetworkdSockets.Unknown unknown } => new(DependencyState.Failed, unknown.Problem),
        _ => new(DependencyState.Unknown, "systemd-networkd has not been looked at yet"),
    };

    private List<string> Problems(NetworkdView networkd, LedgerCounts counts)
    {
        string?[] problems =
        [
            networkd.Sockets switch
            {
                NetworkdSockets.Assumed assumed => assumed.Problem,
                NetworkdSockets.Unknown unknown => unknown.Problem,
                _ => null,
            },
            networkd.Process is not null && networkd.Links is null
                ? "networkd's links cannot be read in /run/systemd/netif/links: an episode ends by silence alone"
                : null,
            counts.Full ? $"the ledger is full at {counts.Total} objects: raise routes.maxObjects, or exclude what need not be guarded" : null,
            _thread.Priority.Problem,
            _thread.ReadFailure.Length > 0 ? $"the last full read failed: {_thread.ReadFailure}" : null,
            _mark.Problem,
            _keeper?.Problem,
            _book?.Problem,
            .. _prevention?.Problems ?? [],
        ];
        return [.. problems.OfType<string>()];
    }

    private GuardState StateOf(NetworkdPresence networkd, LedgerCounts counts, List<string> problems) =>
        _thread.Died.Task.IsCompleted ? GuardState.Failed
        : counts.EpisodeRunning ? GuardState.Restoring
        : problems.Count > 0 ? GuardState.Degraded
        : networkd is NetworkdPresence.Absent or NetworkdPresence.Disabled ? GuardState.NothingToGuardAgainst
        : GuardState.Guarding;
}
