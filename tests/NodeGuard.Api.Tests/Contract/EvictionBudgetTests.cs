using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>The eviction subresource with disruption budgets: every answer of the server (invariants 3 and 7 lean on them).</summary>
[Collection(ClusterTests.Name)]
public sealed class EvictionBudgetTests(ClusterFixture cluster)
{
    private const string Violates = "Cannot evict pod as it would violate the pod's disruption budget.";

    [Fact]
    public async Task A_budget_with_room_lets_one_pod_go_and_not_the_next()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");
        await setting.PodAsync("q");
        await setting.BudgetAsync("b", """{"minAvailable":1}""", healthy: 2, desired: 1, allowed: 1, expected: 2);

        (await setting.EvictAsync("p")).ShouldBeDone(201);
        RawAnswer second = await setting.EvictAsync("q");

        (second.Code, second.Reason).ShouldBe((429, "TooManyRequests"), second.Text);
        (await setting.IsTerminatingAsync("p")).ShouldBeTrue();
        (await setting.IsTerminatingAsync("q")).ShouldBeFalse();
        (await cluster.Api.GetAsync($"{setting.Budgets}/b"))["status"]["disruptionsAllowed"]!.GetValue<int>().ShouldBe(0);
    }

    [Fact]
    public async Task A_budget_without_room_answers_429_with_its_name_and_numbers_in_the_cause()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");
        await setting.BudgetAsync("b", """{"minAvailable":1}""", healthy: 1, desired: 1, allowed: 0, expected: 1);

        RawAnswer blocked = await setting.EvictAsync("p");

        blocked.ShouldBeRefused(429, "TooManyRequests", Violates);
        blocked["details"].ToJsonString().ShouldBe(
            """{"causes":[{"reason":"DisruptionBudget","message":"The disruption budget b needs 1 healthy pods and has 1 currently"}]}""");
        blocked.RetryAfter().ShouldBeNull();
        (await setting.IsTerminatingAsync("p")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_budget_that_its_controller_has_not_looked_at_answers_429_and_when_to_come_again()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p", owner: await setting.UnknownOwnerAsync());
        await setting.BudgetWithoutStatusAsync("b", """{"maxUnavailable":1}""");

        RawAnswer blocked = await setting.EvictAsync("p");

        blocked.ShouldBeRefused(429, "TooManyRequests", Violates);
        blocked["details"].ToJsonString().ShouldBe(
            """{"causes":[{"reason":"DisruptionBudget","message":"The disruption budget b is still being processed by the server."}],"retryAfterSeconds":10}""");
        blocked.RetryAfter().ShouldBe("10");
    }

    [Fact]
    public async Task A_budget_that_its_controller_cannot_work_out_says_so()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p", owner: await setting.UnknownOwnerAsync());
        await setting.BudgetWithoutStatusAsync("b", """{"maxUnavailable":1}""");
        string path = $"{setting.Budgets}/b";
        JsonNode observed = Answers.Json("""{"status":{"observedGeneration":1,"disruptionsAllowed":0}}""");
        (await cluster.Api.PatchAsync($"{path}/status", observed)).ShouldBeDone();
        observed["status"]!["conditions"] = Answers.Json(
            """[{"type":"DisruptionAllowed","status":"False","reason":"SyncFailed","message":"no such owner","lastTransitionTime":"2026-01-01T00:00:00Z"}]""");
        DateTime alone = DateTime.UtcNow + EvictionSetting.ForTheController;
        RawAnswer budget = await Until.AnswerAsync(
            async () => DateTime.UtcNow < alone
                ? await cluster.Api.GetAsync(path)
                : await cluster.Api.PatchAsync($"{path}/status", observed.DeepClone()),
            b => b["status"]["observedGeneration"]?.GetValue<int>() == 1
                && (string?)b["status"]["conditions"]?[0]?["reason"] == "SyncFailed",
            "the budget fails to sync");

        RawAnswer blocked = await setting.EvictAsync("p");

        blocked.ShouldBeRefused(429, "TooManyRequests", Violates);
        ((string?)blocked["details"]["causes"]![0]!["message"]).ShouldBe(
            $"The disruption budget b does not allow evicting pods currently because it failed sync: {budget["status"]["conditions"]![0]!["message"]}");
    }

    [Fact]
    public async Task Two_budgets_on_a_pod_are_500_whatever_they_allow()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");
        await setting.PodAsync("q");
        await setting.BudgetAsync("b", """{"minAvailable":1}""", healthy: 2, desired: 1, allowed: 1, expected: 2);
        await setting.BudgetAsync("c", """{"minAvailable":1}""", healthy: 2, desired: 1, allowed: 1, expected: 2);

        RawAnswer refused = await setting.EvictAsync("p");

        refused.Text.TrimEnd().ShouldBe(
            """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.","code":500}""");
        refused.Code.ShouldBe(500);
        (await setting.IsTerminatingAsync("p")).ShouldBeFalse();
    }

    [Fact]
    public async Task An_unready_pod_goes_while_the_rest_is_healthy_enough_and_costs_nothing()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");
        await setting.PodAsync("sick", ready: false);
        await setting.BudgetAsync("b", """{"minAvailable":1}""", healthy: 1, desired: 1, allowed: 0, expected: 2);

        (await setting.EvictAsync("sick")).ShouldBeDone(201);
        RawAnswer healthy = await setting.EvictAsync("p");

        healthy.Code.ShouldBe(429);
    }

    [Theory]
    [InlineData("""{"minAvailable":2}""", 429)]
    [InlineData("""{"minAvailable":2,"unhealthyPodEvictionPolicy":"IfHealthyBudget"}""", 429)]
    [InlineData("""{"minAvailable":2,"unhealthyPodEvictionPolicy":"AlwaysAllow"}""", 201)]
    public async Task An_unready_pod_under_a_budget_in_need_goes_only_where_the_policy_says_always(string spec, int code)
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");
        await setting.PodAsync("sick", ready: false);
        await setting.BudgetAsync("b", spec, healthy: 1, desired: 2, allowed: 0, expected: 2);

        RawAnswer answer = await setting.EvictAsync("sick");

        answer.Code.ShouldBe(code, answer.Text);
        (await setting.IsTerminatingAsync("sick")).ShouldBe(code == 201);
        if (code == 429)
            answer.Causes().ShouldBe([": DisruptionBudget: The disruption budget b needs 2 healthy pods and has 1 currently"]);
    }

    [Theory]
    [InlineData("Pending")]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    public async Task A_pod_that_serves_nobody_yet_or_any_more_goes_whatever_the_budget(string phase)
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p", phase: phase, ready: false, bound: phase != "Pending");
        await setting.BudgetAsync("b", """{"minAvailable":5}""", healthy: 0, desired: 5, allowed: 0, expected: 1);

        (await setting.EvictAsync("p")).ShouldBeDone(201);

        await Until.GoneAsync(cluster.Api, $"{setting.Pods}/p");
    }

    [Fact]
    public async Task A_terminating_pod_is_evicted_whatever_the_budget()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");
        await setting.BudgetAsync("b", """{"minAvailable":1}""", healthy: 1, desired: 1, allowed: 0, expected: 1);
        (await setting.EvictAsync("p")).Code.ShouldBe(429);
        (await cluster.Api.DeleteAsync($"{setting.Pods}/p")).ShouldBeDone();

        (await setting.EvictAsync("p")).ShouldBeDone(201);
    }

    [Theory]
    [InlineData(1, 201)]
    [InlineData(2, 429)]
    public async Task A_dry_run_asks_the_budget_and_spends_nothing(int minAvailable, int code)
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");
        await setting.PodAsync("q");
        await setting.BudgetAsync(
            "b", $$$"""{"minAvailable":{{{minAvailable}}}}""", healthy: 2, desired: minAvailable, allowed: 2 - minAvailable, expected: 2);
        string before = (await cluster.Api.GetAsync($"{setting.Budgets}/b"))["status"].ToJsonString();

        (await setting.EvictAsync("p", query: "?dryRun=All")).Code.ShouldBe(code);

        (await cluster.Api.GetAsync($"{setting.Budgets}/b"))["status"].ToJsonString().ShouldBe(before);
        (await setting.IsTerminatingAsync("p")).ShouldBeFalse();
    }
}
