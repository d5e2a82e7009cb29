using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;
using Shouldly;
using Xunit;
using static NodeGuard.Controller.Tests.InterferenceByPeopleTests;
using static NodeGuard.Controller.Tests.PhaseMoment;

namespace NodeGuard.Controller.Tests;

/// <summary>A policy is edited or deleted while its recycles run, in each of their phases.</summary>
public sealed class InterferenceByPolicyTests
{
    private static readonly PhaseMoment[] All = [Pending, Cordoned, Draining, Acting, Asked, Verifying];
    private static readonly PhaseMoment[] BeforeTheMachine = [Pending, Cordoned, Draining, Acting];
    private static readonly PhaseMoment[] AfterIt = [Asked, Verifying];

    [Fact]
    public async Task A_deleted_policy_cancels_what_it_asked_for_until_the_machine_was_asked()
    {
        await using InterferenceStage stage = await InterferenceStage.StartAsync(
            All, static (stage, moment, _) => stage.ToldAsync<NodePolicy>(Name(moment), () => DeleteAsync(stage, ResourceTypes.NodePolicies, Name(moment))), automatic: true);

        foreach (PhaseMoment moment in BeforeTheMachine)
            Ends(await stage.EndOfAsync(moment), RecyclePhase.Cancelled, $"policy {Name(moment)} was deleted", moment, stage);
        foreach (PhaseMoment moment in AfterIt)
            Ends(await stage.EndOfAsync(moment), RecyclePhase.Succeeded, "is well", moment, stage);
        foreach (PhaseMoment moment in All)
            await stage.UntilCleanAsync(moment);
    }

    [Fact]
    public async Task A_policy_that_lets_go_of_a_node_cancels_what_it_asked_for_until_the_machine_was_asked()
    {
        await using InterferenceStage stage = await InterferenceStage.StartAsync(
            All, Edit("""{"spec":{"nodeSelector":{"matchLabels":{"pool":"no-such-pool"}}}}"""), automatic: true,
            policy: static spec => spec.Replacement = new PolicyReplacement { Timeout = "10m" });

        foreach (PhaseMoment moment in BeforeTheMachine)
        {
            NodeRecycle done = await stage.EndOfAsync(moment);
            Ends(done, RecyclePhase.Cancelled, $"policy {Name(moment)} does not select node {done.Spec!.NodeName} any more", moment, stage);
            await stage.UntilCleanAsync(moment);
        }

        // The policy no longer tells which node is a successor.
        Ends(await stage.EndOfAsync(Asked), RecyclePhase.Failed, "among the nodes that policy asked selects", Asked, stage);
        Ends(await stage.EndOfAsync(Verifying), RecyclePhase.Failed, "outside the policy's pool", Verifying, stage);
    }

    [Theory]
    [InlineData("another method", """{"spec":{"replacement":{"method":"Reboot"}}}""")]
    [InlineData("no budget", """{"spec":{"budget":{"maxUnavailable":0}}}""")]
    [InlineData("what cannot be used", """{"spec":{"windows":[{"start":"22:00","duration":"6h","timeZone":"Nowhere/Atlantis"}]}}""")]
    public async Task What_has_begun_is_ended_as_it_began(string edit, string patch)
    {
        await using InterferenceStage stage = await InterferenceStage.StartAsync(All, Edit(patch), automatic: true);

        foreach (PhaseMoment moment in All)
        {
            NodeRecycle done = await stage.EndOfAsync(moment);
            Ends(done, RecyclePhase.Succeeded, "is well", moment, stage);
            // It is chosen when the first phase after Pending is written.
            if (moment != Pending)
                done.Status!.Replacement!.Method.ShouldBe(nameof(ReplacementMethod.DeleteNode), edit);
            await stage.UntilCleanAsync(moment);
        }
    }

    [Fact]
    public async Task A_pause_holds_what_has_not_reached_the_machine_and_resume_lets_it_go_on()
    {
        await using InterferenceStage stage = await InterferenceStage.StartAsync(
            All, Edit("""{"spec":{"paused":true}}"""), automatic: true);

        foreach (PhaseMoment moment in (PhaseMoment[])[Acting, Asked, Verifying])
            Ends(await stage.EndOfAsync(moment), RecyclePhase.Succeeded, "is well", moment, stage);
        NodeRecycle cordoned = await stage.UntilLastAsync(Cordoned, static last => last.Status!.Phase == nameof(RecyclePhase.Pending));
        cordoned.Status!.Message!.ShouldContain("policy cordoned is paused");
        await stage.UntilCleanAsync(Cordoned);
        await stage.UntilLastAsync(Draining, static last => last.Status!.Message!.Contains("is drained, and waits: policy draining is paused", StringComparison.Ordinal));

        foreach (PhaseMoment moment in (PhaseMoment[])[Pending, Cordoned, Draining])
        {
            await stage.Stage.ChangePolicyAsync(Name(moment), """{"spec":{"paused":false}}""");
            Ends(await stage.EndOfAsync(moment), RecyclePhase.Succeeded, "is well", moment, stage);
        }
    }

    [Fact]
    public async Task A_newer_image_freezes_nothing_that_was_asked_for_with_the_one_before()
    {
        await using InterferenceStage stage = await InterferenceStage.StartAsync(
            All,
            static (stage, moment, recycle) =>
            {
                stage.Stage.Sandbox.Apply($"pool-image={Name(moment)}/debian-12.3").ShouldBeEmpty();
                return Edit("""{"spec":{"image":{"version":"debian-12.3"}}}""")(stage, moment, recycle);
            },
            automatic: true);

        foreach (PhaseMoment moment in All)
        {
            Ends(await stage.EndOfAsync(moment), RecyclePhase.Succeeded, "is well", moment, stage);
            (await stage.Stage.GetAsync(ResourceTypes.NodePolicies, Name(moment))).Status!.Freeze.ShouldBeNull();
        }
    }

    private static string Name(PhaseMoment moment) => InterferenceStage.NameOf(moment);

    private static Func<InterferenceStage, PhaseMoment, NodeRecycle, Task> Edit(string patch) => (stage, moment, _) =>
        stage.ToldAsync<NodePolicy>(Name(moment), () => PatchAsync(stage, ResourceTypes.NodePolicies, Name(moment), patch));
}
