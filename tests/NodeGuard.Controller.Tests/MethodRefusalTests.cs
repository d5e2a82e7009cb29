using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>What a method cannot do is refused before a pod is moved: only Cluster API brings a new machine before the old one goes.</summary>
public sealed class MethodRefusalTests
{
    [Theory]
    [InlineData(ReplacementMethod.Karpenter, null, true, "spec.replacement.replacementFirst is true; wanted is false: only the method ClusterApi can bring the new machine first")]
    [InlineData(ReplacementMethod.ClusterApi, "Remediate", true, "spec.replacement.replacementFirst is true; wanted is false: a MachineHealthCheck takes the old machine first; the strategy Surge brings the new one first")]
    [InlineData(ReplacementMethod.ClusterApi, "Surge", false, null)]
    [InlineData(ReplacementMethod.ClusterApi, "Surge", true, null)]
    [InlineData(ReplacementMethod.ClusterApi, "Delete", true, null)]
    [InlineData(ReplacementMethod.ClusterApi, "Remediate", false, null)]
    [InlineData(ReplacementMethod.ClusterApi, "Delete", false, null)]
    [InlineData(ReplacementMethod.ClusterApi, null, false, null)]
    public void A_policy_that_wants_the_new_machine_first_from_who_cannot_do_that_says_so(ReplacementMethod method, string? strategy, bool first, string? problem)
    {
        var policy = new NodePolicy
        {
            Metadata = new ObjectMeta { Name = "p" },
            Spec = new NodePolicySpec
            {
                NodeSelector = new LabelSelector(),
                Replacement = new PolicyReplacement
                {
                    Method = method.ToString(),
                    ReplacementFirst = first,
                    ClusterApi = strategy is null ? null : new ClusterApiReplacement { Strategy = strategy },
                },
            },
        };

        PolicyReading.Of(policy, null).Problem.ShouldBe(problem);
    }

    [Theory]
    [InlineData(ReplacementMethod.Karpenter)]
    [InlineData(ReplacementMethod.DeleteResource)]
    [InlineData(ReplacementMethod.Webhook)]
    public async Task A_request_for_the_new_machine_first_fails_before_the_drain_and_freezes_nothing(ReplacementMethod method)
    {
        await using FleetStage stage = await MethodStage.StartAsync(method);
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!, static spec => spec.ReplacementFirst = true));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed), stage.Log.ToString());
        done.Status.Message!.ShouldContain("only the method ClusterApi can bring the new machine first: ask without replacementFirst");
        done.Status.Drain.ShouldBeNull();
        await stage.ShouldBeGivenBackAsync(node);
        await stage.UntilNoSlotAsync();
        (await stage.GetAsync(ResourceTypes.NodePolicies, "workers")).Status?.Freeze.ShouldBeNull();
    }
}
