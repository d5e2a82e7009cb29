using System.Collections.Concurrent;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Units;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;

namespace NodeGuard.Controller.Tests;

/// <summary>
/// A pool, a policy and a recycle for each moment, all in one cluster. What comes between is done by the test in the very
/// moment: the controller has written that it is there, and goes on when it has been told of what the test did.
/// </summary>
internal sealed class InterferenceStage : IAsyncDisposable
{
    public const string OldImage = "debian-12.1";
    public const string NewImage = "debian-12.2";
    private const int PoolSize = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly ConcurrentDictionary<string, NodeRecycle> _last = new();
    private readonly ConcurrentDictionary<PhaseMoment, NodeRecycle> _met = new();
    private readonly IReadOnlyList<PhaseMoment> _moments;
    private readonly Func<InterferenceStage, PhaseMoment, NodeRecycle, Task> _interfere;
    private readonly List<FleetWatch> _watches = [];

    private InterferenceStage(FleetStage stage, IReadOnlyList<PhaseMoment> moments, Func<InterferenceStage, PhaseMoment, NodeRecycle, Task> interfere)
    {
        Stage = stage;
        _moments = moments;
        _interfere = interfere;
    }

    public FleetStage Stage { get; }

    public StageController Controller { get; private set; } = null!;

    /// <param name="interfere">What happens in each moment, once.</param>
    /// <param name="automatic">The policies ask, for a new image; otherwise a person does, with each policy's method.</param>
    public static async Task<InterferenceStage> StartAsync(
        IReadOnlyList<PhaseMoment> moments, Func<InterferenceStage, PhaseMoment, NodeRecycle, Task> interfere,
        bool automatic = false, Func<PoolSpec, PoolSpec>? pool = null, Action<NodePolicySpec>? policy = null, Func<TimeProvider, TimeProvider>? clock = null, double speed = 120)
    {
        PoolSpec[] pools = [.. moments.Select(moment => (pool ?? (static same => same))(PoolOf(moment)))];
        FleetStage stage = await FleetStage.StartAsync(speed, pools);
        var started = new InterferenceStage(stage, moments, interfere);
        // The fleet's own budget is no part of this: each pool has one.
        FleetStage.Value(await stage.Api.CreateAsync(
            ResourceTypes.Fleets,
            new FleetObject { Metadata = new ObjectMeta { Name = FleetKeys.FleetName }, Spec = new FleetSpec { Budget = new FleetBudget { MaxUnavailable = new IntOrString("100%") } } },
            WriteOptions.Default, default));
        foreach (PhaseMoment moment in moments)
        {
            var watch = new FleetWatch(stage, NameOf(moment), PoolSize, CountOrPercent.Of(1));
            await watch.LookAsync();
            started._watches.Add(watch);
            if (automatic)
                stage.Sandbox.Apply($"pool-image={NameOf(moment)}/{NewImage}").ShouldBeEmpty();
            await stage.PolicyAsync(NameOf(moment), spec =>
            {
                spec.NodeSelector = Selecting(NameOf(moment));
                spec.Budget = new PolicyBudget { MaxUnavailable = new IntOrString(1) };
                if (automatic)
                    spec.Image = new ImagePolicy { Version = NewImage };
                policy?.Invoke(spec);
            });
        }

        started.Controller = stage.StartController(clock?.Invoke(stage.Clock), started.WroteAsync);
        if (automatic)
            return started;
        foreach (PhaseMoment moment in moments)
        {
            Node node = (await stage.AllAsync(ResourceTypes.Nodes)).First(node => node.Metadata.Labels!["pool"] == NameOf(moment));
            await stage.UntilAgentAsync(node.Metadata.Name!);
            await stage.RequestAsync(node.Metadata.Name!, spec => spec.Policy = NameOf(moment));
        }

        return started;
    }

    public static string NameOf(PhaseMoment moment) => moment.ToString().ToLowerInvariant();

    public static LabelSelector Selecting(string pool) => new() { MatchLabels = new Dictionary<string, string> { ["pool"] = pool } };

    /// <summary>Does something to an object and waits until the controller was told of it.</summary>
    public async Task ToldAsync<T>(string name, Func<Task> deed)
        where T : KubeObject
    {
        int before = Controller.Api.Told<T>(name);
        await deed();
        DateTime deadline = DateTime.UtcNow + Patience;
        while (Controller.Api.Told<T>(name) == before)
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"the controller was not told of {typeof(T).Name} {name}");
            await Task.Delay(5);
        }
    }

    /// <summary>The first recycle of the moment's pool, when it has ended and was tidied up; its budget held all the time.</summary>
    public async Task<NodeRecycle> EndOfAsync(PhaseMoment moment)
    {
        DateTime deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            await HoldsAsync();
            if (_met.GetValueOrDefault(moment)?.Metadata.Name is { } name && _last.GetValueOrDefault(name) is { } last
                && Enum.Parse<RecyclePhase>(last.Status!.Phase ?? nameof(RecyclePhase.Pending)).IsFinal() && await IsTidyAsync(last))
            {
                return last;
            }

            if (DateTime.UtcNow > deadline)
            {
                string seen = _met.GetValueOrDefault(moment) is { } met ? $"{_last.GetValueOrDefault(met.Metadata.Name!)?.Status?.Phase}: {_last.GetValueOrDefault(met.Metadata.Name!)?.Status?.Message}" : "nothing";
                throw new TimeoutException($"the recycle that was met in {moment} has not ended; last: {seen}\n{Stage.Log}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>What was last written of the first recycle of the moment's pool, once it is as asked.</summary>
    public async Task<NodeRecycle> UntilLastAsync(PhaseMoment moment, Func<NodeRecycle, bool> condition)
    {
        DateTime deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            await HoldsAsync();
            NodeRecycle? last = _met.GetValueOrDefault(moment)?.Metadata.Name is { } name ? _last.GetValueOrDefault(name) : null;
            if (last is not null && condition(last))
                return last;
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"the recycle that was met in {moment} has not come there; it is {last?.Status?.Phase}: {last?.Status?.Message}\n{Stage.Log}");
            await Task.Delay(20);
        }
    }

    /// <summary>Nothing of ours is left on the nodes of a pool, and no slot is left for them, once no recycle is under way there.</summary>
    public async Task UntilCleanAsync(PhaseMoment moment, int slots = 0)
    {
        DateTime deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            await HoldsAsync();
            FleetObject fleet = await Stage.GetAsync(ResourceTypes.Fleets, FleetKeys.FleetName);
            int held = (fleet.Status?.Slots ?? []).Count(slot => slot.Recycle == _met[moment].Metadata.Name);
            Node[] marked = [.. (await NodesAsync(moment)).Where(node => IsMarked(node, _met[moment].Metadata.Uid!))];
            if (held == slots && marked.Length == 0)
                return;
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"{moment}: {held} slots are held, wanted are {slots}; marked nodes: {string.Join(", ", marked.Select(static node => node.Metadata.Name))}\n{Stage.Log}");
            await Task.Delay(20);
        }
    }

    public async Task<Node[]> NodesAsync(PhaseMoment moment) =>
        [.. (await Stage.AllAsync(ResourceTypes.Nodes)).Where(node => node.Metadata.Labels?.GetValueOrDefault("pool") == NameOf(moment))];

    /// <summary>All pools within their budgets, by nothing but the API.</summary>
    public async Task HoldsAsync()
    {
        foreach (FleetWatch watch in _watches.Where(static watch => !watch.IsDisturbed))
        {
            PoolLook look = await watch.LookAsync();
            look.Unavailable.ShouldBeLessThanOrEqualTo(watch.Allowed, $"{look}\n{Stage.Log}");
        }
    }

    /// <summary>Somebody else takes nodes of this pool away: what is missing is not only ours.</summary>
    public void Disturb(PhaseMoment moment) => _watches[_moments.ToList().IndexOf(moment)].IsDisturbed = true;

    public ValueTask DisposeAsync() => Stage.DisposeAsync();

    private static bool IsMarked(Node node, string uid) =>
        node.Metadata.Annotations?.GetValueOrDefault(DrainKeys.CordonedBy) == $"recycle-{uid}"
        || node.Spec?.Taints?.Exists(taint => taint.Key == FleetKeys.RecycleTaint && taint.Value == uid) == true;

    private async Task<bool> IsTidyAsync(NodeRecycle recycle) =>
        await Stage.Api.GetAsync(ResourceTypes.NodeRecycles, new ObjectName(string.Empty, recycle.Metadata.Name!), default) switch
        {
            ApiResult<NodeRecycle>.Failed { Failure.Kind: ApiFailureKind.NotFound } => true,
            ApiResult<NodeRecycle>.Ok { Value.Metadata.Finalizers: null or [] } => true,
            _ => false,
        };

    private async Task WroteAsync(KubeObject written)
    {
        if (written is NodeRecycle recycle)
        {
            _last[recycle.Metadata.Name!] = recycle;
            await MeetAsync(recycle, MomentOf(recycle));
        }
        else if (written is FleetObject { Status.Slots: { } slots })
        {
            foreach (FleetSlot slot in slots.Where(slot => slot.Policy == NameOf(PhaseMoment.Pending)))
                await MeetAsync(await Stage.GetAsync(ResourceTypes.NodeRecycles, slot.Recycle!), PhaseMoment.Pending);
        }
    }

    private async Task MeetAsync(NodeRecycle recycle, PhaseMoment? moment)
    {
        if (moment is { } met && recycle.Spec?.Policy == NameOf(met) && _moments.Contains(met) && _met.TryAdd(met, recycle))
            await _interfere(this, met, recycle);
    }

    private static PhaseMoment? MomentOf(NodeRecycle recycle) => recycle.Status switch
    {
        { Phase: nameof(RecyclePhase.Cordoned) } => PhaseMoment.Cordoned,
        { Phase: nameof(RecyclePhase.Draining) } => PhaseMoment.Draining,
        { Phase: nameof(RecyclePhase.Acting), Replacement.RequestedAt: null } => PhaseMoment.Acting,
        { Phase: nameof(RecyclePhase.Acting) } => PhaseMoment.Asked,
        { Phase: nameof(RecyclePhase.Verifying) } => PhaseMoment.Verifying,
        _ => null,
    };

    private static PoolSpec PoolOf(PhaseMoment moment) => new()
    {
        Name = NameOf(moment),
        Count = PoolSize,
        Agents = true,
        Image = OldImage,
        Boot = TimeSpan.FromSeconds(30),
        Ready = TimeSpan.FromSeconds(5),
        Labels = new Dictionary<string, string> { ["pool"] = NameOf(moment) },
    };
}
