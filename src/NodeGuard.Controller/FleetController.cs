using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NodeGuard.Controller.Fleet;
using NodeGuard.Controller.Hosting;
using NodeGuard.Controller.Metrics;
using NodeGuard.Controller.Notifications;
using NodeGuard.Controller.Observing;
using NodeGuard.Controller.Recycles;
using NodeGuard.Controller.Recycles.Methods;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Hosting.Http;
using NodeGuard.Hosting.Loops;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Draining;
using NodeGuard.Kubernetes.Election;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller;

/// <summary>
/// Keeps the fleet: while it leads, looks at everything, steps each recycle on, and plans. Changes wake it, and it looks by
/// itself when none come: what is decided comes from the state, not from events.
/// </summary>
public sealed partial class FleetController
{
    private const int ParallelSteps = 16;

    // Each call of a look ends by itself within half a minute, and moves the loop on: liveness depends on no server (Invariant 12).
    private static readonly TimeSpan LookDeadline = TimeSpan.FromMinutes(2);

    private readonly ControllerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Wake _wake = new();
    private readonly FleetCaches _caches;
    private readonly DrainRuns _drains;
    private readonly RecycleParts _parts;
    private readonly FleetPass _pass;
    private readonly History _history;
    private readonly OrphanMarks _orphans;
    private readonly NodeConditionWriter _conditions;
    private readonly ServerClock _clock;
    private readonly ServedDefinitions _definitions;
    private readonly ControllerVitals _vitals;
    private readonly Notifier _notifier;
    private volatile LoopHeartbeat? _heartbeat;

    /// <param name="drain">Evicts pods; its own clock is this controller's.</param>
    /// <param name="http">For PromQL queries and webhooks; it follows no redirects, and each use has a timeout of its own.</param>
    /// <param name="tell">Gets each new phase of a recycle, for events and notifications; it must not wait.</param>
    /// <param name="vitals">What this process shows of itself; null when nobody looks.</param>
    public FleetController(
        IKubeApi api, INodeDrain drain, HttpClient http, ControllerOptions options, CacheMetrics metrics, TimeProvider time, ILogger log,
        Action<NodeRecycle, RecyclePhase, string>? tell = null, ControllerVitals? vitals = null)
    {
        _vitals = vitals ?? new ControllerVitals(ControllerMetrics.Unheard, new LoopHeartbeats(time));
        _options = options;
        _time = time;
        _log = log;
        _caches = new FleetCaches(api, metrics, time, log, _wake.Ring, options.Random);
        api = new CountedApi(api, _vitals.Metrics, Moved);
        _drains = new DrainRuns(drain, _wake.Ring);
        var owners = new WorkloadOwners(api);
        var mark = new NodeMark(api, drain);
        _definitions = new ServedDefinitions(api, time, log);
        _parts = new RecycleParts
        {
            Api = api,
            Definitions = _definitions,
            Drains = _drains,
            Eyes = new RecycleEyes(_drains, owners, new HealthQueries(http, time)),
            Owners = owners,
            Mark = mark,
            Writer = new RecycleStatusWriter(api, log),
            Finalizer = new UndoFinalizer(api),
            Methods = ReplacementMethods.All(api, http, time),
            Again = _wake.Ring,
            Tell = (recycle, phase, message) =>
            {
                Count(recycle, phase);
                tell?.Invoke(recycle, phase, message);
            },
            Log = log,
        };
        _notifier = new Notifier(new NoticeSender(api, http, time), _vitals.Metrics, time, log, _wake.Ring);
        _pass = new FleetPass(api, _parts.Writer, _definitions, _notifier, _vitals.Metrics, time, log);
        _history = new History(api);
        _orphans = new OrphanMarks(mark);
        _conditions = new NodeConditionWriter(api, log);
        _clock = new ServerClock(api, time, log);
    }

    /// <summary>Of the last look while leading; null before.</summary>
    public FleetPlan? Plan => _pass.Plan;

    /// <summary>Follows the cluster, leading or not, so that a new leader knows it at once.</summary>
    public Task FollowAsync(CancellationToken stop) => _caches.RunAsync(stop);

    /// <summary>Runs one term of leading; ends when it is lost, with nothing of ours still at work.</summary>
    public async Task LeadAsync(Leadership leadership)
    {
        CancellationToken term = leadership.Lost;
        LoopHeartbeat heartbeat = _vitals.Loops.Register("fleet", LookDeadline + _options.LongestPause);
        _heartbeat = heartbeat;
        _vitals.Metrics.SetLeading(true);
        var step = new RecycleStep(_parts);
        try
        {
            while (!term.IsCancellationRequested)
            {
                await TimedLookAsync(step, () => leadership.CheckAsync(term), term);
                await Task.Delay(_options.LeastPause, _time, term);
                await _wake.WaitAsync(_options.LongestPause, _time, term);
            }
        }
        catch (OperationCanceledException) when (term.IsCancellationRequested)
        {
            TermOver(_log);
        }
        finally
        {
            _vitals.Metrics.SetLeading(false);
            await _drains.StopAllAsync();
            await _notifier.StopAsync();
            _heartbeat = null;
            _vitals.Loops.Remove(heartbeat);
        }
    }

    /// <summary>Whether it could do its work: it knows the cluster, whoever leads.</summary>
    public Readiness Readiness => new(
        _caches.View is not null,
        _caches.View is null ? "the cluster has not been read yet" : _vitals.Metrics.Leading ? "leading" : "standing by",
        _caches.Failure is { } failure ? [failure] : []);

    private async Task TimedLookAsync(RecycleStep step, Func<Task<bool>> leads, CancellationToken term)
    {
        Moved();
        long from = _time.GetTimestamp();
        bool complete = false;
        try
        {
            await LookAsync(step, leads, term);
            complete = true;
        }
        finally
        {
            if (complete || !term.IsCancellationRequested)
                _vitals.Metrics.Looked(_time.GetElapsedTime(from), complete);
        }
    }

    private void Moved() => _heartbeat?.Beat();

    private void Count(NodeRecycle recycle, RecyclePhase to)
    {
        string policy = _caches.View is { } view ? PolicyNameOf(recycle, view.Node(recycle.Spec?.NodeName ?? string.Empty), view) : string.Empty;
        RecycleCounts.Moved(_vitals.Metrics, recycle, policy, to, _time.GetUtcNow());
    }

    private async Task LookAsync(RecycleStep step, Func<Task<bool>> leads, CancellationToken term)
    {
        if (_caches.View is not { } view)
            return;
        FleetObject? fleet = view.Fleets.Objects.FirstOrDefault(static fleet => fleet.Metadata.Name == FleetKeys.FleetName);
        await _definitions.LookAsync(term);
        DateTimeOffset now = await _clock.NowAsync(term);
        await StepAllAsync(step, view, fleet, now, leads, term);
        bool more = await _pass.RunAsync(view, now, leads, term);
        await _history.TrimAsync(view, fleet, now, term);
        await _orphans.SweepAsync(view, term);
        if (more | (await leads() && await _conditions.WriteAsync(view, now, term)))
            _wake.Ring();
    }

    // Several at once; which of them takes a successor that two could take is decided in the step.
    private async Task StepAllAsync(RecycleStep step, ClusterView view, FleetObject? fleet, DateTimeOffset now, Func<Task<bool>> leads, CancellationToken term)
    {
        NodeRecycle[] active = [.. view.Recycles.Objects.Where(IsActive).OrderBy(RecycleReading.RequestedAt).ThenBy(static recycle => recycle.Metadata.Name, StringComparer.Ordinal)];
        var again = new ConcurrentBag<bool>();
        foreach (NodeRecycle[] some in active.Chunk(ParallelSteps))
        {
            await Task.WhenAll(some.Select(async recycle => again.Add(await OneAsync(step, ContextOf(recycle, view, fleet, now), leads, term))));
        }

        if (again.Contains(true))
            _wake.Ring();
    }

    // A recycle that breaks something must not stop the others: it is looked at again with the next change.
    private async Task<bool> OneAsync(RecycleStep step, RecycleContext recycle, Func<Task<bool>> leads, CancellationToken term)
    {
        Moved();
        try
        {
            return await step.RunAsync(recycle, leads, term);
        }
        catch (Exception broken) when (!term.IsCancellationRequested)
        {
            StepFailed(_log, broken, recycle.Name, recycle.NodeName);
            return false;
        }
    }

    private static bool IsActive(NodeRecycle recycle) =>
        !RecycleReading.IsFinal(recycle) || recycle.Metadata.Finalizers?.Contains(FleetKeys.UndoFinalizer) == true;

    private static RecycleContext ContextOf(NodeRecycle recycle, ClusterView view, FleetObject? fleet, DateTimeOffset now)
    {
        SeenNode? namesake = view.Node(recycle.Spec?.NodeName ?? string.Empty);
        string uid = RecycleReading.NodeUid(recycle);
        SeenNode? node = namesake is not null && (uid.Length == 0 || namesake.Uid == uid) ? namesake : null;
        return new RecycleContext(recycle, view.Policy(PolicyNameOf(recycle, node, view)), node, namesake, view, fleet, now);
    }

    private static string PolicyNameOf(NodeRecycle recycle, SeenNode? node, ClusterView view) =>
        recycle.Status?.Node?.Policy ?? recycle.Spec?.Policy ?? PolicyOf(node, view);

    // A person's request names no policy: it is the one that selects the node.
    private static string PolicyOf(SeenNode? node, ClusterView view) => node is null
        ? string.Empty
        : view.Policies.Objects.FirstOrDefault(policy => Observations.Selector(policy.Spec?.NodeSelector).Matches(node.Labels))?.Metadata.Name ?? string.Empty;

    [LoggerMessage(1, LogLevel.Information, "this controller leads no more: drains are stopped where they are, and the next leader goes on")]
    private static partial void TermOver(ILogger log);

    [LoggerMessage(2, LogLevel.Error, "recycle {Recycle} of node {Node} could not be looked at; again with the next change")]
    private static partial void StepFailed(ILogger log, Exception broken, string recycle, string node);
}
