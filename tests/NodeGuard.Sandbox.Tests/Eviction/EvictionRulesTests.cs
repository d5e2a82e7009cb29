using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Eviction;
using NodeGuard.Sandbox.Json;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Eviction;

public sealed class EvictionRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"status":{"phase":"Running"}}""", false, true)]
    [InlineData("""{"status":{}}""", false, true)]
    [InlineData("""{"status":{"phase":"Pending"}}""", true, true)]
    [InlineData("""{"status":{"phase":"Succeeded"}}""", true, false)]
    [InlineData("""{"status":{"phase":"Failed"}}""", true, false)]
    [InlineData("""{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"Running"}}""", true, false)]
    public void Pods_that_serve_nobody_bypass_budgets(string pod, bool bypasses, bool mayBecomeReady)
    {
        EvictionRules.BypassesBudgets(Parse(pod)).ShouldBe(bypasses);
        EvictionRules.MayBecomeReady(Parse(pod)).ShouldBe(mayBecomeReady);
    }

    [Fact]
    public void Without_a_budget_a_pod_may_go() =>
        EvictionRules.Decide(Pod(ready: true), [], Now).ShouldBe(new EvictionVerdict(null));

    [Fact]
    public void Several_budgets_are_a_server_error_without_a_reason()
    {
        ApiStatus refused = EvictionRules.Decide(Pod(true), [Budget(1, 2, 1), Budget(1, 2, 1)], Now).Refused!;
        refused.Code.ShouldBe(500);
        refused.Reason.ShouldBe("");
        refused.Message.ShouldBe(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
    }

    [Theory]
    [InlineData(1, 1, "", "The disruption budget b needs 1 healthy pods and has 1 currently")]
    [InlineData(3, 1, "", "The disruption budget b needs 3 healthy pods and has 1 currently")]
    [InlineData(1, 2, "", "The disruption budget b does not allow evicting pods currently")]
    [InlineData(1, 2, "SyncFailed", "The disruption budget b does not allow evicting pods currently because it failed sync: boo")]
    [InlineData(1, 1, "SyncFailed", "The disruption budget b does not allow evicting pods currently because it failed sync: boo")]
    [InlineData(1, 1, "Other", "The disruption budget b needs 1 healthy pods and has 1 currently")]
    [InlineData(1, 2, "Other", "The disruption budget b does not allow evicting pods currently (Other): boo")]
    public void A_budget_that_is_used_up_names_itself_and_why(int desired, int healthy, string reason, string cause)
    {
        JsonObject budget = Budget(desired, healthy, 0);
        if (reason.Length > 0)
        {
            budget["status"]!["conditions"] = new JsonArray(
                new JsonObject { ["type"] = "DisruptionAllowed", ["status"] = "False", ["reason"] = reason, ["message"] = "boo" });
        }

        ApiStatus refused = EvictionRules.Decide(Pod(true), [budget], Now).Refused!;
        refused.Code.ShouldBe(429);
        refused.Message.ShouldBe("Cannot evict pod as it would violate the pod's disruption budget.");
        refused.RetryAfterSeconds.ShouldBe(0);
        refused.Causes.ShouldBe([new StatusCause("DisruptionBudget", cause)]);
        refused.ToJson().Child("details")!.ContainsKey("retryAfterSeconds").ShouldBeFalse();
    }

    [Fact]
    public void A_budget_that_its_controller_has_not_seen_asks_to_wait_ten_seconds()
    {
        JsonObject budget = Budget(1, 2, 1);
        budget["metadata"]!["generation"] = 4;
        ApiStatus refused = EvictionRules.Decide(Pod(true), [budget], Now).Refused!;
        (refused.Code, refused.RetryAfterSeconds).ShouldBe((429, 10));
        refused.Causes.Single().Message.ShouldBe("The disruption budget b is still being processed by the server.");
    }

    [Fact]
    public void A_negative_budget_is_forbidden()
    {
        ApiStatus refused = EvictionRules.Decide(Pod(true), [Budget(1, 1, -1)], Now).Refused!;
        refused.Code.ShouldBe(403);
        refused.Message.ShouldBe("poddisruptionbudget.policy \"b\" is forbidden: pdb disruptions allowed is negative");
    }

    [Theory]
    [InlineData(2000, 0)]
    [InlineData(2001, 403)]
    public void So_many_unseen_evictions_stop_more(int noted, int code)
    {
        JsonObject budget = Budget(1, 9, 5);
        JsonObject pods = budget.Ensure("status", "disruptedPods");
        for (int i = 0; i < noted; i++)
            pods[$"p{i}"] = "2026-01-01T00:00:00Z";
        (EvictionRules.Decide(Pod(true), [budget], Now).Refused?.Code ?? 0).ShouldBe(code);
    }

    [Fact]
    public void An_eviction_spends_one_disruption_and_notes_the_pod()
    {
        EvictionVerdict verdict = EvictionRules.Decide(Pod(true), [Budget(1, 3, 2)], Now);
        verdict.Refused.ShouldBeNull();
        verdict.PinVersion.ShouldBeFalse();
        verdict.Spent.Number("status", "disruptionsAllowed").ShouldBe(1);
        verdict.Spent.Text("status", "disruptedPods", "p").ShouldBe("2026-01-02T03:04:05Z");
        verdict.Spent.At("status", "conditions").ShouldBeNull();
    }

    [Fact]
    public void The_last_disruption_denies_further_ones()
    {
        EvictionVerdict verdict = EvictionRules.Decide(Pod(true), [Budget(1, 2, 1)], Now);
        JsonNode? condition = verdict.Spent.Items("status", "conditions").Single();
        condition.Text("status").ShouldBe("False");
        condition.Text("reason").ShouldBe("InsufficientPods");
    }

    [Theory]
    [InlineData("AlwaysAllow", 5, 0, 0, true)]
    [InlineData("IfHealthyBudget", 2, 2, 0, true)]
    [InlineData("", 2, 2, 0, true)]
    [InlineData("", 2, 1, 0, false)]
    [InlineData("IfHealthyBudget", 0, 0, 0, false)]
    public void An_unready_pod_goes_where_the_policy_lets_it(string policy, int desired, int healthy, int allowed, bool goes)
    {
        JsonObject budget = Budget(desired, healthy, allowed);
        if (policy.Length > 0)
            budget.Ensure("spec")["unhealthyPodEvictionPolicy"] = policy;
        EvictionVerdict verdict = EvictionRules.Decide(Pod(ready: false), [budget], Now);
        (verdict.Refused is null).ShouldBe(goes);
        verdict.PinVersion.ShouldBe(goes);
        verdict.Spent.ShouldBeNull();
        EvictionRules.Decide(Pod(ready: true), [budget], Now).Refused.ShouldNotBeNull();
    }

    private static JsonObject Pod(bool ready) => Parse(
        $$"""{"metadata":{"name":"p"},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"{{ready}}"}]} }""");

    private static JsonObject Budget(int desired, int healthy, int allowed) => Parse(
        $$$"""
        {"metadata":{"name":"b","generation":1},"spec":{"selector":{}},"status":{"observedGeneration":1,
         "desiredHealthy":{{{desired}}},"currentHealthy":{{{healthy}}},"disruptionsAllowed":{{{allowed}}} }}
        """);

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
