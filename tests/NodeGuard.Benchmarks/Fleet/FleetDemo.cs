using System.Diagnostics;
using System.Globalization;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Units;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Spectre.Console;

namespace NodeGuard.Benchmarks.Fleet;

/// <summary>
/// A day of 100 simulated nodes in a minute: each is recycled before it is a day old, a person's request meets a budget that
/// never lets go, and a bad image stops at the canary. The controller is the real one.
/// </summary>
internal sealed class FleetDemo
{
    private const int Nodes = 100;
    private const double Speed = 1440;
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(24);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly FleetStage _stage;
    private readonly FleetWatch _watch;
    private readonly FleetScreen _screen;
    private readonly Stopwatch _taken = Stopwatch.StartNew();

    private FleetDemo(FleetStage stage, FleetScreen screen)
    {
        _stage = stage;
        _screen = screen;
        _watch = new FleetWatch(stage, "workers", Nodes, CountOrPercent.Percent(10));
    }

    public static async Task<int> RunAsync()
    {
        PoolSpec[] pools =
        [
            new() { Name = "workers", Count = Nodes, Agents = true, Labels = new Dictionary<string, string> { ["pool"] = "workers" }, Image = "debian-12.1" },
            new() { Name = "databases", Count = 2, Agents = true, Labels = new Dictionary<string, string> { ["pool"] = "databases" }, Image = "debian-12.1" },
        ];
        string workloads = Path.Combine(AppContext.BaseDirectory, "Fleet", "workloads.yaml");
        await using FleetStage stage = await FleetStage.StartAsync(Speed, [workloads], pools, hurried: true);
        var screen = new FleetScreen(AnsiConsole.Console);
        return await screen.RunAsync(() => new FleetDemo(stage, screen).PlayAsync());
    }

    private async Task<int> PlayAsync()
    {
        await PoliciesAsync();
        await _watch.LookAsync();
        _stage.StartController();
        bool rolled = await DayAsync();
        bool blocked = await BlockedAsync();
        bool stopped = await BadImageAsync();
        _screen.Say(string.Create(CultureInfo.InvariantCulture, $"{_taken.Elapsed.TotalSeconds:0} s for {(_stage.Clock.GetUtcNow() - _stage.StartedAt).TotalHours:0.0} simulated hours"));
        return rolled && blocked && stopped ? 0 : 1;
    }

    private async Task PoliciesAsync()
    {
        await _stage.PolicyAsync("workers", static spec =>
        {
            spec.NodeSelector = Labelled("workers");
            spec.MaxAge = "24h";
            spec.AgeJitter = "75%";
            spec.Image = new ImagePolicy { Version = "debian-12.1" };
            spec.Budget = new PolicyBudget { MaxUnavailable = new IntOrString("10%") };
            spec.Waves = [new PolicyWave { Name = "canary", Size = new IntOrString(1), Soak = "1h" }, new PolicyWave { Name = "rest" }];
        });
        await _stage.PolicyAsync("databases", static spec =>
        {
            spec.NodeSelector = Labelled("databases");
            spec.Drain = new PolicyDrain { Timeout = "30m" };
        });
    }

    private async Task<bool> DayAsync()
    {
        _screen.Title($"1. {Nodes} nodes born at once, none may become older than {MaxAge.TotalHours:0} h, at most 10 % away at a time");
        DateTime deadline = DateTime.UtcNow + Patience;
        while (DateTime.UtcNow < deadline)
        {
            PoolLook look = await _watch.LookAsync();
            _screen.Show(look, await PhasesAsync(), _watch);
            if (look.FirstGeneration == 0 && look.Unavailable == 0)
                break;
            await Task.Delay(50);
        }

        bool young = _watch.Oldest <= MaxAge;
        bool held = _watch.MostUnavailable <= _watch.Allowed;
        _screen.Verdict(_watch.Last!.FirstGeneration == 0, $"{Nodes - _watch.Last.FirstGeneration} of {Nodes} nodes were recycled");
        _screen.Verdict(young, $"the oldest node that was ever seen was {_watch.Oldest.TotalHours:0.0} h old");
        _screen.Verdict(held, $"at most {_watch.MostUnavailable} nodes were away at once; {_watch.Allowed} may be");
        return _watch.Last.FirstGeneration == 0 && young && held;
    }

    private async Task<bool> BlockedAsync()
    {
        _screen.Title("2. A person asks for the node of a database whose PodDisruptionBudget never lets go");
        Pod database = (await _stage.AllAsync(ResourceTypes.Pods)).First(static pod => pod.Metadata.Name == "ledger-0");
        NodeRecycle asked = await _stage.RequestAsync(database.Spec!.NodeName!);
        NodeRecycle seen = await _stage.UntilAsync(asked.Metadata.Name!, static recycle => recycle.Status?.Drain?.Blockers?.Count > 0);
        string why = seen.Status!.Drain!.Blockers![0].Why ?? string.Empty;
        _screen.Say($"node {seen.Spec!.NodeName}: {seen.Status.Message}");
        await _stage.CancelAsync(asked.Metadata.Name!);
        NodeRecycle ended = await _stage.UntilAsync(asked.Metadata.Name!, static recycle => recycle.Metadata.Finalizers is null or []);
        Node after = await _stage.GetAsync(ResourceTypes.Nodes, seen.Spec.NodeName!);
        bool given = after.Spec?.Unschedulable != true;
        _screen.Verdict(why.Contains("ledger", StringComparison.Ordinal), "the pod and its budget are named");
        _screen.Verdict(given && ended.Status?.Phase == nameof(RecyclePhase.Cancelled), "cancelled; the node takes pods again");
        return given && why.Contains("ledger", StringComparison.Ordinal);
    }

    private async Task<bool> BadImageAsync()
    {
        _screen.Title("3. A new image with which nodes never become Ready");
        await RestAsync();
        string problem = _stage.Sandbox.Apply("pool-image=workers/debian-12.2") + _stage.Sandbox.Apply("pool-faults=workers/never-ready");
        if (problem.Length > 0)
            throw new InvalidOperationException(problem);
        await _stage.ChangePolicyAsync("workers", """{"spec":{"paused":false,"image":{"version":"debian-12.2"}}}""");
        NodePolicy policy = await _stage.UntilFrozenAsync("workers");
        int bad = (await _stage.AllAsync(ResourceTypes.Nodes)).Count(static node => node.Status?.NodeInfo?.OsImage == "debian-12.2");
        _screen.Say($"frozen: {policy.Status!.Freeze!.Message}");
        foreach (string evidence in policy.Status.Freeze.Evidence ?? [])
            _screen.Say($"evidence: {evidence}");
        _screen.Verdict(bad <= 1, $"{bad} node has the bad image, {Nodes - bad} have not");
        return bad <= 1;
    }

    // A machine that is on its way when the pool's image changes comes with the new one, whatever the waves say. What is not asked
    // for yet would wait as long as the pause, and be asked for with the new image: it is cancelled.
    private async Task RestAsync()
    {
        await _stage.ChangePolicyAsync("workers", """{"spec":{"paused":true}}""");
        var cancelled = new HashSet<string>();
        DateTime deadline = DateTime.UtcNow + Patience;
        while (DateTime.UtcNow < deadline)
        {
            NodeRecycle[] active = [.. (await _stage.AllAsync(ResourceTypes.NodeRecycles)).Where(static recycle =>
                recycle.Status?.Phase is not (nameof(RecyclePhase.Succeeded) or nameof(RecyclePhase.Failed) or nameof(RecyclePhase.Cancelled)))];
            if (active.Length == 0)
                return;
            foreach (NodeRecycle waiting in active.Where(recycle => cancelled.Add(recycle.Metadata.Name!)))
                await _stage.CancelAsync(waiting.Metadata.Name!);
            await Task.Delay(50);
        }
    }

    private async Task<IReadOnlyDictionary<string, int>> PhasesAsync() =>
        (await _stage.AllAsync(ResourceTypes.NodeRecycles)).GroupBy(static recycle => recycle.Status?.Phase ?? nameof(RecyclePhase.Pending))
            .ToDictionary(static group => group.Key, static group => group.Count());

    private static LabelSelector Labelled(string pool) => new() { MatchLabels = new Dictionary<string, string> { ["pool"] = pool } };
}
