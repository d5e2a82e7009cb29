using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using Shouldly;
using Xunit;
using static NodeGuard.Controller.Tests.InterferenceByPeopleTests;

namespace NodeGuard.Controller.Tests;

/// <summary>Two policies select one node.</summary>
public sealed class TwoPoliciesTests
{
    private static readonly PhaseMoment[] All = Enum.GetValues<PhaseMoment>();

    [Fact]
    public async Task A_second_policy_in_the_middle_of_a_recycle_starts_nothing_and_breaks_off_nothing()
    {
        await using InterferenceStage stage = await InterferenceStage.StartAsync(
            All,
            static (stage, moment, _) => stage.ToldAsync<NodePolicy>(Second(moment), () => stage.Stage.PolicyAsync(Second(moment), spec =>
                (spec.NodeSelector, spec.Image) = (InterferenceStage.Selecting(InterferenceStage.NameOf(moment)), new ImagePolicy { Version = InterferenceStage.NewImage }))),
            automatic: true);

        foreach (PhaseMoment moment in All)
        {
            Ends(await stage.EndOfAsync(moment), RecyclePhase.Succeeded, "is well", moment, stage);
            await stage.UntilCleanAsync(moment);
        }

        foreach (PhaseMoment moment in All)
        {
            NodePolicy policy = await stage.Stage.UntilAsync(
                ResourceTypes.NodePolicies, InterferenceStage.NameOf(moment),
                static seen => seen.Status?.Conditions?.Exists(static condition => condition is { Type: FleetConditions.Accepted, Status: "False" }) == true);
            policy.Status!.Conditions!.First(static condition => condition.Type == FleetConditions.Accepted).Message!.ShouldContain("another NodePolicy selects 2 of its nodes too");
            // One of its two nodes was replaced, the other one is nobody's.
            (await stage.Stage.AllAsync(ResourceTypes.NodeRecycles)).Count(recycle => recycle.Spec?.Policy == InterferenceStage.NameOf(moment)).ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_person_s_request_for_such_a_node_waits_and_says_for_what()
    {
        await using InterferenceStage stage = await InterferenceStage.StartAsync([PhaseMoment.Verifying], static (_, _, _) => Task.CompletedTask);
        await stage.EndOfAsync(PhaseMoment.Verifying);
        await stage.Stage.PolicyAsync(Second(PhaseMoment.Verifying), static _ => { });
        Node node = (await stage.NodesAsync(PhaseMoment.Verifying))[0];

        NodeRecycle asked = await stage.Stage.RequestAsync(node.Metadata.Name!);
        NodeRecycle waits = await stage.Stage.UntilAsync(asked.Metadata.Name!, static seen => seen.Status?.Message is not null);

        waits.Status!.Message!.ShouldStartWith("waits: more than one NodePolicy selects it (");
        waits.Status.Message.ShouldContain(Second(PhaseMoment.Verifying));
        waits.Status.Message.ShouldContain("nothing is done to it until one of them lets go of it");
        await stage.Stage.Api.DeleteAsync(ResourceTypes.NodePolicies, new ObjectName(string.Empty, Second(PhaseMoment.Verifying)), new DeleteQuery(), default);
        await stage.Stage.UntilPhaseAsync(asked.Metadata.Name!, RecyclePhase.Succeeded);
    }

    private static string Second(PhaseMoment moment) => InterferenceStage.NameOf(moment) + "-2";
}
