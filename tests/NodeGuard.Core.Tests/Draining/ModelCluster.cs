using NodeGuard.Core.Draining;
using NodeGuard.Core.Selecting;

namespace NodeGuard.Core.Tests.Draining;

/// <summary>What one workload of the model is like.</summary>
/// <param name="Replicas">All on the node that is drained.</param>
/// <param name="Elsewhere">Replicas on other nodes.</param>
/// <param name="Budgets">How many budgets select it.</param>
/// <param name="MustStay">Healthy pods that each budget wants.</param>
/// <param name="SameNames">A pod that is gone comes back elsewhere under its old name, as a StatefulSet's does.</param>
internal sealed record ModelWorkload(
    int Replicas, int Elsewhere, int Budgets, int MustStay, bool SameNames, bool Critical, bool DoNotDisrupt, bool Crashing, bool AlwaysAllow);

/// <summary>Pods, budgets and their controllers, as far as an eviction asks the server; under a clock of its own.</summary>
internal sealed class ModelCluster
{
    public const string Drained = "n1";

    private readonly List<(ModelWorkload Workload, string Name)> _workloads = [];
    private readonly List<(DateTimeOffset At, DrainPod Pod, DateTimeOffset ReadyAt)> _births = [];
    private readonly Dictionary<string, DateTimeOffset> _readyAt = [];
    private readonly Dictionary<string, int> _floor = [];
    private int _uids;

    public ModelCluster(IEnumerable<ModelWorkload> workloads)
    {
        foreach (var workload in workloads)
        {
            string name = $"w{_workloads.Count}";
            _workloads.Add((workload, name));
            for (int i = 0; i < workload.Replicas + workload.Elsewhere; i++)
            {
                Add(New(workload, name, $"{name}-{i}", i < workload.Replicas ? Drained : "n2"));
            }
        }

        Recount();
        foreach (var budget in Budgets)
        {
            _floor[budget.Name] = Math.Min(budget.DesiredHealthy, budget.CurrentHealthy);
        }
    }

    public DateTimeOffset Now { get; private set; } = Seen.Now;

    public List<DrainPod> Pods { get; } = [];

    public List<DrainBudget> Budgets { get; private set; } = [];

    /// <summary>What must never have happened.</summary>
    public List<string> Violations { get; } = [];

    public IReadOnlyList<DrainPod> OnDrained => [.. Pods.Where(pod => pod.NodeName == Drained)];

    /// <summary>The scheduler bound a pod just as the node was cordoned.</summary>
    public void BindLate(int workload)
    {
        var (kind, name) = _workloads[workload % _workloads.Count];
        Add(New(kind, name, $"{name}-late{_uids}", Drained));
        Recount();
    }

    public PodAnswer Evict(DrainAction.Evict asked)
    {
        var pod = Pods.Find(pod => pod.Id.Name == asked.Pod.Name);
        if (pod is null || pod.Id.Uid != asked.Pod.Uid)
        {
            return new PodAnswer(PodAnswerKind.Gone);
        }

        if (pod.NodeName != Drained)
        {
            Violations.Add($"{pod.Id} on {pod.NodeName} was touched");
        }

        if (asked.ByDelete)
        {
            Violations.Add($"{pod.Id} was deleted past its budgets");
        }

        var budgets = Budgets.Where(budget => budget.Selects(pod)).ToList();
        if (budgets.Count > 1 && !pod.IsTerminating)
        {
            return new PodAnswer(PodAnswerKind.SeveralBudgets, "more than one PodDisruptionBudget");
        }

        if (budgets.Count == 1 && !BudgetExplanation.Bypasses(pod, budgets[0]))
        {
            if (budgets[0].DisruptionsAllowed <= 0)
            {
                return new PodAnswer(PodAnswerKind.Budget, "would violate the budget");
            }

            Budgets[Budgets.IndexOf(budgets[0])] = budgets[0] with { DisruptionsAllowed = budgets[0].DisruptionsAllowed - 1, SeenAt = Now };
        }

        End(pod, asked.Grace ?? TimeSpan.FromSeconds(5));
        return new PodAnswer(PodAnswerKind.Accepted);
    }

    /// <summary>Time passes: grace ends, controllers put pods back and count.</summary>
    public void Advance(TimeSpan by)
    {
        Now += by;
        foreach (var pod in Pods.Where(pod => pod.DeletionTimestamp <= Now).ToArray())
        {
            Pods.Remove(pod);
            PutBack(pod);
        }

        foreach (var birth in _births.Where(birth => birth.At <= Now).ToArray())
        {
            _births.Remove(birth);
            Add(birth.Pod);
            _readyAt[birth.Pod.Id.Uid] = birth.ReadyAt;
        }

        for (int i = 0; i < Pods.Count; i++)
        {
            if (_readyAt.TryGetValue(Pods[i].Id.Uid, out var readyAt) && readyAt <= Now && !Pods[i].Ready)
            {
                Pods[i] = Pods[i] with { Ready = true };
            }
        }

        Recount();
    }

    private void Recount()
    {
        var counted = new List<DrainBudget>();
        foreach (var (workload, name) in _workloads)
        {
            int healthy = Pods.Count(pod => pod.Labels["app"] == name && pod is { Ready: true, IsTerminating: false });
            int expected = workload.Replicas + workload.Elsewhere;
            for (int i = 0; i < workload.Budgets; i++)
            {
                string budget = $"{name}-pdb{i}";
                if (healthy < _floor.GetValueOrDefault(budget))
                {
                    Violations.Add($"{budget}: {healthy} healthy, {workload.MustStay} must stay");
                }

                counted.Add(Seen.Budget(budget, Math.Max(healthy - workload.MustStay, 0), healthy, workload.MustStay, expected, workload.AlwaysAllow) with
                {
                    Selector = new LabelMatch(new Dictionary<string, string> { ["app"] = name }, []),
                    SeenAt = Now,
                });
            }
        }

        Budgets = counted;
    }

    public void End(DrainPod pod, TimeSpan grace)
    {
        var end = Now + grace;
        int index = Pods.IndexOf(pod);
        Pods[index] = pod with { DeletionTimestamp = pod.DeletionTimestamp < end ? pod.DeletionTimestamp : end, DeletionGrace = grace };
        Recount();
    }

    private void PutBack(DrainPod pod)
    {
        int index = _workloads.FindIndex(workload => workload.Name == pod.Labels["app"]);
        var (workload, name) = _workloads[index];
        var born = New(workload, name, workload.SameNames ? pod.Id.Name : $"{name}-{_uids}", "n2") with { Ready = false };
        _births.Add((Now + TimeSpan.FromSeconds(1), born, workload.Crashing ? DateTimeOffset.MaxValue : Now + TimeSpan.FromSeconds(3)));
    }

    private void Add(DrainPod pod) => Pods.Add(pod);

    private DrainPod New(ModelWorkload workload, string app, string name, string node) => Seen.Pod(
        name,
        workload.DoNotDisrupt ? new() { [DrainKeys.KarpenterDoNotDisrupt] = "true" } : null,
        new() { ["app"] = app }) with
    {
        Id = new PodId("shop", name, $"uid-{_uids++}"),
        NodeName = node,
        Priority = workload.Critical ? 2_000_000_000 : 0,
        Ready = !workload.Crashing,
        ContainerTrouble = workload.Crashing ? "CrashLoopBackOff" : null,
    };
}
