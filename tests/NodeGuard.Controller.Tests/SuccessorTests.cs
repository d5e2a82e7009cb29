using NodeGuard.Controller.Observing;
using NodeGuard.Controller.Recycles.Methods;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>Which node has come in the place of one whose policy is gone.</summary>
public sealed class SuccessorTests
{
    private static readonly DateTimeOffset Asked = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly List<SeenNode> _nodes = [];
    private readonly List<NodePolicy> _policies = [Policy("b")];
    private readonly List<NodeRecycle> _recycles = [Waiting("of-a", "a"), Waiting("of-b", "b")];

    private string? Successor => MachineOutcome.Successor(Context("of-a"))?.Name;

    [Fact]
    public void A_node_that_another_recycle_waits_for_is_left_to_that_one()
    {
        Comes("b-2", "b", 1);
        Successor.ShouldBeNull();

        Comes("a-2", "a", 2);
        Successor.ShouldBe("a-2");
    }

    [Fact]
    public void A_node_that_nobody_waits_for_is_taken_of_whatever_pool()
    {
        _recycles[1].Status!.Replacement!.Successor = new SuccessorNode { Name = "b-2", Uid = "uid-b-2" };
        Comes("b-2", "b", 1);
        Successor.ShouldBeNull("it has a recycle");

        Comes("b-3", "b", 2);
        Successor.ShouldBe("b-3");
    }

    [Theory]
    [InlineData(nameof(RecyclePhase.Succeeded))]
    [InlineData(nameof(RecyclePhase.Failed))]
    public void A_recycle_that_has_ended_waits_for_none(string phase)
    {
        _recycles[1].Status!.Phase = phase;
        Comes("b-2", "b", 1);

        Successor.ShouldBe("b-2");
    }

    [Fact]
    public void A_node_that_is_rebooted_waits_for_none()
    {
        _recycles[1].Status!.Replacement!.Method = nameof(ReplacementMethod.Reboot);
        Comes("b-2", "b", 1);

        Successor.ShouldBe("b-2");
    }

    [Fact]
    public void A_node_that_was_there_at_the_other_request_is_not_waited_for()
    {
        _recycles[1].Status!.Replacement!.NewestBefore = Asked.AddMinutes(5);
        Comes("b-2", "b", 1);

        Successor.ShouldBe("b-2");
    }

    [Fact]
    public void A_node_of_the_same_name_is_taken_before_all_others()
    {
        _policies[0] = Policy("b", selects: "a");
        Comes("a-0", "a", 1);
        Comes("a-1", "a", 2);

        Successor.ShouldBe("a-1");
    }

    private void Comes(string name, string pool, int minutes) => _nodes.Add(new SeenNode
    {
        Draining = new DrainNode { Name = name, Uid = $"uid-{name}" },
        BornAt = Asked.AddMinutes(minutes),
        Labels = new Dictionary<string, string> { ["pool"] = pool },
    });

    private RecycleContext Context(string recycle)
    {
        var view = new ClusterView(
            Snapshot(_nodes, static node => node.Name),
            Snapshot<SeenAgent>([], static _ => string.Empty),
            Snapshot(_policies, static policy => policy.Metadata.Name!),
            Snapshot(_recycles, static recycle => recycle.Metadata.Name!),
            Snapshot<FleetObject>([], static _ => string.Empty));
        NodeRecycle asking = _recycles.Single(one => one.Metadata.Name == recycle);
        return new RecycleContext(asking, view.Policy(asking.Status!.Node!.Policy), null, null, view, null, Asked.AddHours(1));
    }

    private static CacheSnapshot<T> Snapshot<T>(IEnumerable<T> all, Func<T, string> name)
        where T : class => CacheSnapshot<T>.Of(all.Select(one => KeyValuePair.Create(new ObjectName(string.Empty, name(one)), one)));

    private static NodePolicy Policy(string name, string? selects = null) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new NodePolicySpec { NodeSelector = InterferenceStage.Selecting(selects ?? name) },
    };

    /// <summary>Its node, NAME-1 of that pool, is gone, and its machine was asked for.</summary>
    private static NodeRecycle Waiting(string name, string policy) => new()
    {
        Metadata = new ObjectMeta { Name = name, Uid = $"uid-{name}" },
        Spec = new NodeRecycleSpec { NodeName = $"{policy}-1" },
        Status = new NodeRecycleStatus
        {
            Phase = nameof(RecyclePhase.Acting),
            Node = new RecycledNode { Uid = $"uid-{policy}-1", Policy = policy },
            Replacement = new ReplacementStatus { Method = nameof(ReplacementMethod.DeleteNode), RequestedAt = Asked, NewestBefore = Asked },
        },
    };
}
