using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>The eviction subresource without budgets: what is evicted, and how.</summary>
[Collection(ClusterTests.Name)]
public sealed class EvictionTests(ClusterFixture cluster)
{
    [Fact]
    public async Task A_pod_without_a_budget_is_evicted_and_told_why_it_goes()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");

        RawAnswer done = await setting.EvictAsync("p");

        done.ShouldBeDone(201);
        done.Text.TrimEnd().ShouldBe("""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}""");
        RawAnswer pod = await setting.GetAsync("p");
        pod["metadata"]["deletionGracePeriodSeconds"]!.GetValue<int>().ShouldBe(30);
        JsonNode condition = pod["status"]["conditions"]!.AsArray().Single(c => (string?)c!["type"] == "DisruptionTarget")!;
        ((string?)condition["status"], (string?)condition["reason"], (string?)condition["message"])
            .ShouldBe(("True", "EvictionByEvictionAPI", "Eviction API: evicting"));
    }

    [Fact]
    public async Task A_pod_that_is_not_there_is_404()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);

        RawAnswer absent = await setting.EvictAsync("nobody");

        absent.ShouldBeRefused(404, "NotFound", "pods \"nobody\" not found");
        absent["details"].ToJsonString().ShouldBe("""{"name":"nobody","kind":"pods"}""");
    }

    [Theory]
    [InlineData("?dryRun=All", null)]
    [InlineData("", """{"dryRun":["All"]}""")]
    [InlineData("?dryRun=All", """{"dryRun":["All"]}""")]
    public async Task A_dry_run_answers_as_if_and_leaves_the_pod(string query, string? options)
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        RawAnswer before = await setting.PodAsync("p");

        (await setting.EvictAsync("p", options, query)).ShouldBeDone(201);

        (await setting.GetAsync("p")).Version.ShouldBe(before.Version);
    }

    [Fact]
    public async Task A_precondition_on_the_uid_protects_a_pod_of_the_same_name()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        RawAnswer pod = await setting.PodAsync("p");
        string uid = (string)pod["metadata"]["uid"]!;

        RawAnswer other = await setting.EvictAsync("p", """{"preconditions":{"uid":"00000000-0000-0000-0000-000000000000"}}""");

        (other.Code, other.Reason).ShouldBe((409, "Conflict"), other.Text);
        other.Message.ShouldContain($"the UID in the precondition (00000000-0000-0000-0000-000000000000) does not match the UID in record ({uid}).");
        (await setting.IsTerminatingAsync("p")).ShouldBeFalse();
        (await setting.EvictAsync("p", $$$"""{"preconditions":{"uid":"{{{uid}}}"}}""")).ShouldBeDone(201);
    }

    [Fact]
    public async Task A_precondition_on_the_version_protects_a_pod_that_has_changed()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        RawAnswer pod = await setting.PodAsync("p");
        await cluster.Api.PatchAsync($"{setting.Pods}/p", Answers.Json("""{"metadata":{"labels":{"new":"1"}}}"""));

        RawAnswer old = await setting.EvictAsync("p", $$$"""{"preconditions":{"resourceVersion":"{{{pod.Version}}}"}}""");

        (old.Code, old.Reason).ShouldBe((409, "Conflict"), old.Text);
        old.Message.ShouldContain($"the ResourceVersion in the precondition ({pod.Version}) does not match the ResourceVersion in record (");
        (await setting.IsTerminatingAsync("p")).ShouldBeFalse();
        RawAnswer now = await setting.GetAsync("p");
        (await setting.EvictAsync("p", $$$"""{"preconditions":{"resourceVersion":"{{{now.Version}}}"}}""")).ShouldBeDone(201);
    }

    [Fact]
    public async Task The_grace_period_of_the_delete_options_counts()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");
        await setting.PodAsync("q");

        (await setting.EvictAsync("p", """{"gracePeriodSeconds":7}""")).ShouldBeDone(201);
        (await setting.EvictAsync("q", """{"gracePeriodSeconds":0}""")).ShouldBeDone(201);

        (await setting.GetAsync("p"))["metadata"]["deletionGracePeriodSeconds"]!.GetValue<int>().ShouldBe(7);
        (await setting.GetAsync("q")).Code.ShouldBe(404);
    }

    [Fact]
    public async Task A_pod_that_is_going_already_can_be_evicted_again()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");

        (await setting.EvictAsync("p")).ShouldBeDone(201);
        (await setting.EvictAsync("p")).ShouldBeDone(201);

        (await setting.IsTerminatingAsync("p")).ShouldBeTrue();
    }

    [Fact]
    public async Task An_eviction_for_another_name_or_of_another_kind_is_400()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");
        await setting.PodAsync("q");
        string path = $"{setting.Pods}/p/eviction";

        RawAnswer other = await cluster.Api.PostAsync(
            path, Answers.Json("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"q"}}"""));
        RawAnswer kind = await cluster.Api.PostAsync(
            path, Answers.Json("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}"""));

        other.ShouldBeRefused(400, "BadRequest", "name in URL does not match name in Eviction object");
        kind.ShouldBeRefused(
            400, "BadRequest",
            "Pod in version \"v1\" cannot be handled as a Eviction: converting (v1.Pod) to (policy.Eviction): unknown conversion");
        (await setting.IsTerminatingAsync("p")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_eviction_of_the_former_version_is_still_understood()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");

        (await setting.EvictAsync("p", version: "policy/v1beta1")).ShouldBeDone(201);

        (await setting.IsTerminatingAsync("p")).ShouldBeTrue();
    }
}
