using FsCheck;
using FsCheck.Fluent;
using NodeGuard.Core.Draining;
using Xunit;

namespace NodeGuard.Core.Tests.Draining;

/// <summary>Random clusters and histories: what holds for every drain.</summary>
public sealed class DrainProperties
{
    private const int Histories = 300;

    private static readonly DrainOptions Options = Seen.Forgiving with { Timeout = TimeSpan.FromMinutes(5), MaxParallelEvictions = 3 };

    private static readonly Gen<ModelWorkload> AnyWorkload =
        from replicas in Gen.Choose(1, 4)
        from elsewhere in Gen.Choose(0, 3)
        from budgets in Gen.Frequency((4, Gen.Constant(0)), (5, Gen.Constant(1)), (1, Gen.Constant(2)))
        from mustStay in Gen.Choose(0, replicas + elsewhere)
        from sameNames in Gen.Elements(true, false)
        from critical in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        from doNotDisrupt in Gen.Frequency((15, Gen.Constant(false)), (1, Gen.Constant(true)))
        from crashing in Gen.Frequency((8, Gen.Constant(false)), (1, Gen.Constant(true)))
        from alwaysAllow in Gen.Elements(true, false)
        select new ModelWorkload(replicas, elsewhere, budgets, mustStay, sameNames, critical, doNotDisrupt, crashing, alwaysAllow);

    private static readonly Gen<(ModelWorkload[] Workloads, ModelStep[] History)> AnyCase =
        Gen.Zip(AnyWorkload.NonEmptyListOf().Select(list => list.Take(6).ToArray()), Gen.Elements(Enum.GetValues<ModelStep>()).ArrayOf());

    private static readonly Arbitrary<(ModelWorkload[] Workloads, ModelStep[] History)> Shrinking = Arb.From(AnyCase, Smaller);

    [Fact]
    [Trait("Invariant", "9")]
    public void EveryDrainEndsDrainedOrNamesItsBlockerWhateverDiesOnTheWay() => Check(drain => drain.Complaint());

    [Fact]
    [Trait("Invariant", "9")]
    public void ACrashAfterEveryStepChangesNothingAboutTheOutcome() => Check(drain =>
    {
        // Each start gives way to the next after a few steps; then the last one is left in peace.
        var crashing = new Case(drain.Workloads, Crashing(drain.History));
        if (crashing.Complaint() is { } complaint)
            return complaint;
        // Whether a pod is still bound after the cordon depends on the time that crashes take: then these are two clusters.
        ModelStep[] same = [.. drain.History.Where(step => step != ModelStep.BindLate)];
        return new Case(drain.Workloads, Crashing(same)).Outcome() == new Case(drain.Workloads, same).Outcome() ? null : "the outcome differs";
    });

    private static ModelStep[] Crashing(ModelStep[] history) => [.. history.SelectMany(step => new[] { step, ModelStep.Crash })];

    private static void Check(Func<Case, string?> complaint) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Histories).WithEndSize(60),
        Prop.ForAll(Shrinking, found =>
        {
            string? said = complaint(new Case(found.Workloads, found.History));
            return (said is null).Label(said ?? "");
        }));

    private static IEnumerable<(ModelWorkload[], ModelStep[])> Smaller((ModelWorkload[] Workloads, ModelStep[] History) found) =>
        Enumerable.Range(0, found.History.Length).Select(i => (found.Workloads, found.History.Where((_, j) => j != i).ToArray()))
            .Concat(Enumerable.Range(0, found.Workloads.Length).Where(_ => found.Workloads.Length > 1)
                .Select(i => (found.Workloads.Where((_, j) => j != i).ToArray(), found.History)));

    private sealed class Case(ModelWorkload[] workloads, ModelStep[] history)
    {
        private readonly ModelCluster _cluster = new(workloads);
        private DrainStep? _last;
        private bool _ran;

        public ModelWorkload[] Workloads => workloads;

        public ModelStep[] History => history;

        public Type? Outcome()
        {
            Run();
            return _last?.Verdict?.GetType();
        }

        public string? Complaint()
        {
            Run();
            if (_cluster.Violations.Count > 0)
            {
                return _cluster.Violations[0];
            }

            return _last?.Verdict switch
            {
                null => "it did not end",
                DrainVerdict.PodsGone => _cluster.OnDrained.Count == 0 ? null : $"drained, and {_cluster.OnDrained[0].Id} is there",
                DrainVerdict.BlockedUntilTimeout blocked => Blamed(blocked.Message),
                DrainVerdict.Failed failed => $"failed: {failed.Message}",
                _ => "another verdict",
            };
        }

        private void Run()
        {
            if (!_ran)
            {
                _ran = true;
                _last = new ModelDrain(_cluster, Options).Run(history);
            }
        }

        // A blocker that is named has to be one.
        private string? Blamed(string message)
        {
            var blocked = _last!.Pods.Where(pod => pod.IsBlocked).ToList();
            if (blocked.Count == 0 || !message.Contains(blocked[0].Pod.Id.ToString(), StringComparison.Ordinal))
            {
                return $"no blocked pod is named: {message}";
            }

            var wrong = blocked.Find(pod => pod.BlockKind switch
            {
                BlockKind.DoNotDisrupt => !pod.Pod.Annotations.ContainsKey(DrainKeys.KarpenterDoNotDisrupt),
                BlockKind.Budget => pod.Budgets is not [var name]
                    || _cluster.Budgets.Single(budget => budget.Name == name) is not { DisruptionsAllowed: 0 } budget
                    || BudgetExplanation.Bypasses(pod.Pod, budget),
                BlockKind.SeveralBudgets => pod.Budgets.Count < 2,
                _ => true,
            });
            return wrong is null ? null : $"{wrong.Pod.Id} is blamed on {wrong.BlockKind}: {wrong.Reason}";
        }
    }
}
