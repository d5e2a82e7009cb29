using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;
using static NodeGuard.Controller.Tests.PhaseMoment;

namespace NodeGuard.Controller.Tests;

/// <summary>People do something to a node or to its recycle, in each of its phases.</summary>
public sealed class InterferenceByPeopleTests
{
    [Fact]
    [Trait("Invariant", "5")]
    public async Task A_node_that_somebody_else_deletes_is_not_recycled_and_one_that_was_asked_for_already_is_replaced()
    {
        await using InterferenceStage stage = await InterferenceStage.StartAsync([Pending, Cordoned, Draining, Acting, Asked], DeleteNodeAsync);

        foreach (PhaseMoment moment in (PhaseMoment[])[Pending, Cordoned, Draining, Acting])
        {
            NodeRecycle done = await stage.EndOfAsync(moment);
            Ends(done, RecyclePhase.Cancelled, $"somebody else deleted node {done.Spec!.NodeName}", moment, stage);
            await stage.UntilCleanAsync(moment);
        }

        Ends(await stage.EndOfAsync(Asked), RecyclePhase.Succeeded, "is well", Asked, stage);
        await stage.UntilCleanAsync(Asked);
    }

    [Fact]
    public async Task A_successor_that_somebody_deletes_fails_the_recycle_and_is_named()
    {
        string successor = string.Empty;
        await using InterferenceStage stage = await InterferenceStage.StartAsync([Verifying], async (stage, moment, recycle) =>
        {
            stage.Disturb(moment);
            successor = recycle.Status!.Replacement!.Successor!.Name!;
            await stage.ToldAsync<Node>(successor, () => DeleteAsync(stage, ResourceTypes.Nodes, successor));
        });

        NodeRecycle done = await stage.EndOfAsync(Verifying);

        Ends(done, RecyclePhase.Failed, $"node {successor}, which had come in the place of {done.Spec!.NodeName}, is gone", Verifying, stage);
        // Its node is gone and nobody has proved well in its place: until a person has looked, it counts as missing.
        await stage.UntilCleanAsync(Verifying, slots: 1);
    }

    [Fact]
    public async Task A_node_that_somebody_deletes_while_it_reboots_fails_the_recycle_and_says_so()
    {
        await using InterferenceStage stage = await InterferenceStage.StartAsync([Asked, Verifying], DeleteNodeAsync, policy: ByReboot);

        foreach (PhaseMoment moment in (PhaseMoment[])[Asked, Verifying])
        {
            NodeRecycle done = await stage.EndOfAsync(moment);
            Ends(done, RecyclePhase.Failed, $"node {done.Spec!.NodeName} is gone", moment, stage);
        }
    }

    [Fact]
    [Trait("Invariant", "8")]
    public async Task A_recycle_that_is_deleted_is_taken_back_first_or_ends_as_it_must()
    {
        await using InterferenceStage stage = await InterferenceStage.StartAsync(
            [Pending, Cordoned, Draining, Acting, Asked, Verifying],
            static (stage, _, recycle) => stage.ToldAsync<NodeRecycle>(recycle.Metadata.Name!, () => DeleteAsync(stage, ResourceTypes.NodeRecycles, recycle.Metadata.Name!)));

        foreach (PhaseMoment moment in (PhaseMoment[])[Cordoned, Draining, Acting])
            Ends(await stage.EndOfAsync(moment), RecyclePhase.Cancelled, "its object was deleted", moment, stage);
        foreach (PhaseMoment moment in (PhaseMoment[])[Asked, Verifying])
            Ends(await stage.EndOfAsync(moment), RecyclePhase.Succeeded, "is well", moment, stage);
        foreach (PhaseMoment moment in Enum.GetValues<PhaseMoment>())
            await stage.UntilCleanAsync(moment);
    }

    [Fact]
    [Trait("Invariant", "7")]
    public async Task An_uncordon_is_a_no_until_the_machine_was_asked()
    {
        await using InterferenceStage stage = await InterferenceStage.StartAsync(
            [Draining, Acting, Asked, Verifying], static (stage, _, recycle) => SetCordonAsync(stage, recycle, "null"), policy: ByReboot);

        foreach (PhaseMoment moment in (PhaseMoment[])[Draining, Acting])
        {
            NodeRecycle done = await stage.EndOfAsync(moment);
            Ends(done, RecyclePhase.Cancelled, $"somebody uncordoned node {done.Spec!.NodeName}", moment, stage);
        }

        foreach (PhaseMoment moment in (PhaseMoment[])[Asked, Verifying])
            Ends(await stage.EndOfAsync(moment), RecyclePhase.Succeeded, "is well", moment, stage);
        foreach (PhaseMoment moment in (PhaseMoment[])[Draining, Acting, Asked, Verifying])
            await stage.UntilCleanAsync(moment);
    }

    [Fact]
    [Trait("Invariant", "7")]
    public async Task An_admin_s_cordon_stays_whenever_it_came()
    {
        PhaseMoment[] moments = [Pending, Cordoned, Draining, Acting, Asked, Verifying];
        await using InterferenceStage stage = await InterferenceStage.StartAsync(
            moments,
            static async (stage, _, recycle) =>
            {
                // What kubectl uncordon and kubectl cordon write.
                await SetCordonAsync(stage, recycle, "null");
                await SetCordonAsync(stage, recycle, "true");
            },
            policy: ByReboot);

        foreach (PhaseMoment moment in moments)
        {
            NodeRecycle done = await stage.EndOfAsync(moment);
            // Both may be seen, or only their result.
            done.Status!.Phase.ShouldBeOneOf(nameof(RecyclePhase.Succeeded), nameof(RecyclePhase.Cancelled));
            await stage.UntilCleanAsync(moment);
            (await stage.Stage.GetAsync(ResourceTypes.Nodes, done.Spec!.NodeName!)).Spec!.Unschedulable.ShouldBe(true, $"{moment}\n{stage.Stage.Log}");
        }
    }

    [Fact]
    public async Task Our_taint_that_somebody_removes_is_not_missed()
    {
        PhaseMoment[] moments = [Draining, Acting, Asked, Verifying];
        await using InterferenceStage stage = await InterferenceStage.StartAsync(
            moments,
            static (stage, _, recycle) => stage.ToldAsync<Node>(
                recycle.Spec!.NodeName!, () => PatchAsync(stage, ResourceTypes.Nodes, recycle.Spec.NodeName!, """{"spec":{"taints":null}}""")),
            policy: ByReboot);

        foreach (PhaseMoment moment in moments)
        {
            Ends(await stage.EndOfAsync(moment), RecyclePhase.Succeeded, "is well", moment, stage);
            await stage.UntilCleanAsync(moment);
        }
    }

    internal static void Ends(NodeRecycle done, RecyclePhase phase, string message, PhaseMoment moment, InterferenceStage stage)
    {
        done.Status!.Phase.ShouldBe(phase.ToString(), $"{moment}: {done.Status.Message}\n{stage.Stage.Log}");
        done.Status.Message!.ShouldContain(message, customMessage: moment.ToString());
    }

    internal static Task DeleteAsync<T>(InterferenceStage stage, ResourceType<T> type, string name)
        where T : KubeObject => stage.Stage.Api.DeleteAsync(type, new ObjectName(string.Empty, name), new DeleteQuery(), default);

    internal static async Task PatchAsync<T>(InterferenceStage stage, ResourceType<T> type, string name, string merge)
        where T : KubeObject => FleetStage.Value(await stage.Stage.Api.PatchAsync(
            type, new ObjectName(string.Empty, name), new Patch(PatchKind.Merge, System.Text.Encoding.UTF8.GetBytes(merge)), subresource: null, new WriteOptions("a-person"), default));

    private static async Task DeleteNodeAsync(InterferenceStage stage, PhaseMoment moment, NodeRecycle recycle)
    {
        stage.Disturb(moment);
        await stage.ToldAsync<Node>(recycle.Spec!.NodeName!, () => DeleteAsync(stage, ResourceTypes.Nodes, recycle.Spec.NodeName!));
    }

    private static async Task SetCordonAsync(InterferenceStage stage, NodeRecycle recycle, string value)
    {
        Node node = await stage.Stage.GetAsync(ResourceTypes.Nodes, recycle.Spec!.NodeName!);
        Task Set() => PatchAsync(stage, ResourceTypes.Nodes, recycle.Spec.NodeName!, "{\"spec\":{\"unschedulable\":" + value + "}}");
        if ((node.Spec?.Unschedulable == true) == (value == "true"))
            await Set();
        else
            await stage.ToldAsync<Node>(recycle.Spec.NodeName!, Set);
    }

    private static void ByReboot(NodePolicySpec spec) => spec.Replacement = new PolicyReplacement { Method = nameof(ReplacementMethod.Reboot) };
}
