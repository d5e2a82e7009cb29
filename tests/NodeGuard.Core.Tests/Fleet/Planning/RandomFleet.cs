using FsCheck;
using FsCheck.Fluent;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Updates;
using NodeGuard.Core.Selecting;
using NodeGuard.Core.Units;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Core.Updates.Runs;
using static NodeGuard.Core.Tests.Fleet.Planning.Some;

namespace NodeGuard.Core.Tests.Fleet.Planning;

/// <summary>Fleets of up to some dozens of nodes with up to three policies, from numbers that can be printed and shrunk.</summary>
/// <param name="Fleet">Seed of what holds for all.</param>
/// <param name="Policies">A seed each.</param>
/// <param name="Nodes">A seed each.</param>
internal sealed record RandomFleet(int Fleet, int[] Policies, int[] Nodes)
{
    private static readonly PackageVersion[] Versions = [new("systemd", "1"), new("systemd", "2"), new("bash", "1"), new("curl", "1")];
    private static readonly string[] Limits = ["0", "1", "2", "5", "10%", "34%", "100%"];

    public static Arbitrary<RandomFleet> Any { get; } = Arb.From(
        from fleet in Gen.Choose(0, int.MaxValue)
        from policies in Gen.Choose(0, int.MaxValue).ArrayOf(3)
        from count in Gen.Choose(0, 3)
        from nodes in Gen.Choose(0, int.MaxValue).ArrayOf()
        select new RandomFleet(fleet, policies[..count], nodes),
        static fleet => Enumerable.Range(0, fleet.Nodes.Length).Select(i => fleet with { Nodes = [.. fleet.Nodes.Where((_, j) => j != i)] })
            .Concat(fleet.Policies.Length > 0 ? [fleet with { Policies = fleet.Policies[1..] }] : []));

    public override string ToString() => $"fleet {Fleet}, policies [{string.Join(", ", Policies)}], nodes [{string.Join(", ", Nodes)}]";

    public FleetState State()
    {
        var random = new Random(Fleet);
        var state = new FleetState
        {
            Policies = [.. Policies.Select(Policy)],
            Nodes = [.. Nodes.Select(Node).Where(static node => node is not null).Select(static node => node!)],
            Budget = Budget(random),
            Paused = random.Next(20) == 0,
            FrozenBecause = random.Next(20) == 0 ? "a test" : null,
        };
        var recycles = new List<PlannedRecycle>();
        var slots = new List<Slot>();
        for (int i = 0; i < Nodes.Length; i++)
            Disrupt(Nodes[i], i, recycles, slots);
        PastStart[] starts = [.. Enumerable.Range(0, random.Next(4)).Select(_ => new PastStart($"p{random.Next(3)}", Now.AddMinutes(-random.Next(90)), random.Next(2) == 0))];
        return state with
        {
            Recycles = recycles,
            Slots = slots,
            Starts = starts,
            Updated = [.. state.Nodes.Where(_ => random.Next(6) == 0).Select(node => new UpdatedNode(node.Uid, $"p{random.Next(3)}", Now.AddMinutes(-random.Next(90)), [Versions[random.Next(Versions.Length)]]))],
            Halted = random.Next(6) == 0 ? [new HaltedVersion(Versions[random.Next(Versions.Length)], "a test")] : [],
        };
    }

    private static Policy Policy(int seed, int index)
    {
        var random = new Random(seed);
        return new Policy
        {
            Name = $"p{index}",
            Selector = random.Next(8) == 0 ? LabelMatch.Everything : Labelled("pool", $"{index}"),
            Paused = random.Next(15) == 0,
            FrozenBecause = random.Next(15) == 0 ? "a test" : null,
            Problem = random.Next(15) == 0 ? "a test" : null,
            MaxAge = random.Next(3) == 0 ? null : TimeSpan.FromHours(24),
            AgeJitter = TimeSpan.FromHours(random.Next(20)),
            Image = random.Next(3) == 0 ? null : "2",
            RecycleOnDrift = random.Next(2) == 0,
            RebootWhenRequired = random.Next(2) == 0,
            Budget = Budget(random),
            Windows = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Daily(random.Next(7, 12), random.Next(1, 8)))],
            AllowOverrun = random.Next(2) == 0,
            Waves = random.Next(3) switch
            {
                0 => [new Wave("canary", CountOrPercent.Of(1), Soak: TimeSpan.FromMinutes(random.Next(60))), new Wave("rest")],
                1 => [new Wave("canary", Selector: Labelled("canary", "yes")), new Wave("half", CountOrPercent.Percent(50)), new Wave("rest")],
                _ => [],
            },
            Method = random.Next(5) == 0 ? ReplacementMethod.Reboot : ReplacementMethod.DeleteNode,
            Updates = (UpdateMode)random.Next(3),
            UpdateScope = (UpdateScope)random.Next(2),
            OnHazard = (HazardResponse)random.Next(2),
            Repairs = random.Next(2) == 0,
        };
    }

    private static DisruptionBudget Budget(Random random) => new(
        Limit(random),
        random.Next(2) == 0 ? null : Limit(random),
        TimeSpan.FromMinutes(random.Next(4) == 0 ? random.Next(10) : 0),
        random.Next(4) == 0 ? random.Next(5) : null);

    private static CountOrPercent Limit(Random random) => CountOrPercent.TryParse(Limits[random.Next(Limits.Length)], out CountOrPercent limit) ? limit : default;

    // Null: its machine is gone, and only the slot tells of it.
    private static FleetNode? Node(int seed, int index)
    {
        var random = new Random(seed);
        int stage = random.Next(12);
        bool cordoned = stage is 1 or 3;
        FleetNode node = Some.Node(index) with
        {
            Labels = new Dictionary<string, string> { ["pool"] = $"{random.Next(4)}", ["canary"] = random.Next(5) == 0 ? "yes" : "no" },
            Zone = random.Next(4) switch { 0 => "", 1 => "a", _ => "b" },
            BornAt = Now.AddMinutes(-random.Next(1, 26 * 60)),
            ReadySince = Now.AddMinutes(-random.Next(60)),
            Ready = random.Next(10) != 0,
            Cordoned = cordoned,
            CordonedByOthers = stage == 1,
            LeavingBecause = stage == 2 ? "a test" : null,
            ExcludedBy = random.Next(15) == 0 ? "a test" : null,
            IsControlPlane = random.Next(8) == 0,
            IsEtcdMember = random.Next(8) == 0,
            Image = random.Next(6) switch { 0 => null, < 3 => "2", _ => "1" },
            Drift = (Core.Fleet.Guarded.DriftState)random.Next(3),
            RebootRequired = random.Next(3) switch { 0 => null, 1 => true, _ => false },
            RestsUntil = random.Next(15) == 0 ? Now.AddMinutes(5) : null,
            Hazard = random.Next(6) switch { 0 => HazardState.Hazard, 1 => HazardState.Unknown, _ => HazardState.None },
            Pending = Pending(random),
            Interrupted = random.Next(6) == 0,
        };
        return stage == 4 ? null : node;
    }

    private static PendingSet? Pending(Random random)
    {
        PackageVersion[] all = [.. Versions.Where(_ => random.Next(3) == 0)];
        PackageVersion[] security = [.. all.Where(static version => version.Name != "bash")];
        return random.Next(4) == 0 ? null : new PendingSet(string.Join(',', all), all, security);
    }

    private static void Disrupt(int seed, int index, List<PlannedRecycle> recycles, List<Slot> slots)
    {
        var random = new Random(seed);
        int stage = random.Next(12);
        FleetNode node = Node(seed, index) ?? Some.Node(index);
        if (stage is 3 or 4)
        {
            recycles.Add(Running(node, (RecycleReason)random.Next(2, 7)));
            slots.Add(SlotOf(node, $"p{random.Next(3)}") with { ControlPlane = random.Next(3) switch { 0 => null, 1 => true, _ => false } });
        }
        else if (stage is 5)
        {
            recycles.Add(Automatic(node));
        }
        else if (stage is 6 or 7)
        {
            recycles.Add(Request(node, forced: stage == 7));
        }
    }
}
