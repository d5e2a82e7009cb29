using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>Owners and dependents, and what goes with a namespace.</summary>
[Collection(ClusterTests.Name)]
public sealed class GarbageTests(ClusterFixture cluster)
{
    private const string Absent = "00000000-0000-0000-0000-000000000000";

    [Fact]
    public async Task Dependents_go_after_an_owner_that_is_deleted_in_the_background()
    {
        string path = await MapsAsync();
        RawAnswer owner = await cluster.Api.CreateAsync(path, Answers.Map("owner"));
        await OwnedAsync(path, "child", owner);

        RawAnswer deleted = await cluster.Api.DeleteAsync($"{path}/owner", Policy("Background"));

        deleted.ShouldBeDone()["status"].ToString().ShouldBe("Success");
        deleted["details"]["uid"]!.ToString().ShouldBe((string?)owner["metadata"]["uid"]);
        (await cluster.Api.GetAsync($"{path}/owner")).Code.ShouldBe(404);
        await Until.GoneAsync(cluster.Api, $"{path}/child");
    }

    [Fact]
    public async Task An_owner_that_is_deleted_in_the_foreground_waits_for_those_that_block_it()
    {
        string path = await MapsAsync();
        RawAnswer owner = await cluster.Api.CreateAsync(path, Answers.Map("owner"));
        await OwnedAsync(path, "child", owner, blocks: true, finalizer: "nodeguard-tests/hold");

        RawAnswer deleted = await cluster.Api.DeleteAsync($"{path}/owner", Policy("Foreground"));

        deleted.ShouldBeDone()["metadata"]["finalizers"]!.ToJsonString().ShouldBe("""["foregroundDeletion"]""");
        await Until.AnswerAsync(
            () => cluster.Api.GetAsync($"{path}/child"), a => a["metadata"]["deletionTimestamp"] is not null, "the child is being deleted");
        (await cluster.Api.GetAsync($"{path}/owner")).ShouldBeDone();
        await cluster.Api.PatchAsync($"{path}/child", Answers.Json("""{"metadata":{"finalizers":null}}"""));
        await Until.GoneAsync(cluster.Api, $"{path}/owner");
        await Until.GoneAsync(cluster.Api, $"{path}/child");
    }

    [Fact]
    public async Task Orphans_stay_and_no_longer_name_their_owner()
    {
        string path = await MapsAsync();
        RawAnswer owner = await cluster.Api.CreateAsync(path, Answers.Map("owner"));
        await OwnedAsync(path, "child", owner);

        await cluster.Api.DeleteAsync($"{path}/owner", Policy("Orphan"));
        await Until.GoneAsync(cluster.Api, $"{path}/owner");

        (await cluster.Api.GetAsync($"{path}/child")).ShouldBeDone()["metadata"].AsObject().ContainsKey("ownerReferences").ShouldBeFalse();
    }

    [Fact]
    public async Task One_of_two_owners_keeps_a_dependent()
    {
        string path = await MapsAsync();
        RawAnswer first = await cluster.Api.CreateAsync(path, Answers.Map("first"));
        RawAnswer second = await cluster.Api.CreateAsync(path, Answers.Map("second"));
        await OwnedAsync(path, "child", first, second: second);

        await cluster.Api.DeleteAsync($"{path}/first", Policy("Background"));

        RawAnswer child = await Until.AnswerAsync(
            () => cluster.Api.GetAsync($"{path}/child"),
            a => a["metadata"]["ownerReferences"]!.AsArray().Count == 1,
            "the reference to the first owner goes");
        child["metadata"]["ownerReferences"]![0]!["name"]!.ToString().ShouldBe("second");
    }

    [Fact]
    public async Task An_object_whose_owner_never_was_goes_at_once()
    {
        string path = await MapsAsync();
        JsonObject map = Answers.Map("child");
        map["metadata"]!["ownerReferences"] = new JsonArray(Reference("nobody", Absent));

        await cluster.Api.CreateAsync(path, map);

        await Until.GoneAsync(cluster.Api, $"{path}/child");
    }

    [Fact]
    public async Task A_dependent_of_a_dependent_goes_too()
    {
        string path = await MapsAsync();
        RawAnswer owner = await cluster.Api.CreateAsync(path, Answers.Map("owner"));
        RawAnswer child = await OwnedAsync(path, "child", owner);
        await OwnedAsync(path, "grandchild", child);

        await cluster.Api.DeleteAsync($"{path}/owner", Policy("Foreground"));

        await Until.GoneAsync(cluster.Api, $"{path}/grandchild");
        await Until.GoneAsync(cluster.Api, $"{path}/owner");
    }

    [Fact]
    public async Task A_policy_that_does_not_exist_is_refused()
    {
        string path = await MapsAsync();
        await cluster.Api.CreateAsync(path, Answers.Map("a"));

        RawAnswer refused = await cluster.Api.DeleteAsync($"{path}/a", Policy("Sideways"));

        refused.Code.ShouldBe(422, refused.Text);
        refused.Causes().Single().ShouldBe(
            "propagationPolicy: FieldValueNotSupported: Unsupported value: \"Sideways\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"");
    }

    [Fact]
    public async Task A_namespace_goes_with_its_content_and_takes_nothing_new_meanwhile()
    {
        string name = await cluster.NewNamespaceAsync();
        string path = $"/api/v1/namespaces/{name}/configmaps";
        JsonObject held = Answers.Map("held");
        held["metadata"]!["finalizers"] = new JsonArray("nodeguard-tests/hold");
        await cluster.Api.CreateAsync(path, held);
        await cluster.Api.CreateAsync(path, Answers.Map("free"));

        RawAnswer deleted = await cluster.Api.DeleteAsync($"/api/v1/namespaces/{name}");
        RawAnswer refused = await cluster.Api.PostAsync(path, Answers.Map("late"));

        deleted.ShouldBeDone()["status"]["phase"]!.ToString().ShouldBe("Terminating");
        deleted["spec"]["finalizers"]!.ToJsonString().ShouldBe("""["kubernetes"]""");
        refused.ShouldBeRefused(
            403, "Forbidden",
            $"configmaps \"late\" is forbidden: unable to create new content in namespace {name} because it is being terminated");
        refused.Causes().ShouldBe([$"metadata.namespace: NamespaceTerminating: namespace {name} is being terminated"]);
        await Until.GoneAsync(cluster.Api, $"{path}/free");
        (await cluster.Api.GetAsync($"{path}/held"))["metadata"]["deletionTimestamp"].ShouldNotBeNull();
        (await cluster.Api.GetAsync($"/api/v1/namespaces/{name}")).ShouldBeDone();
        await cluster.Api.PatchAsync($"{path}/held", Answers.Json("""{"metadata":{"finalizers":null}}"""));
        await Until.GoneAsync(cluster.Api, $"/api/v1/namespaces/{name}");
    }

    [Fact]
    public async Task Pods_of_a_namespace_that_goes_end_gracefully_and_can_be_evicted()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");
        string space = setting.Pods[..setting.Pods.LastIndexOf('/')];
        await cluster.Api.DeleteAsync(space);
        await Until.AnswerAsync(
            () => setting.GetAsync("p"), a => a.Body?["metadata"]?["deletionTimestamp"] is not null, "the pod is being deleted");

        RawAnswer evicted = await setting.EvictAsync("p");

        evicted.ShouldBeRefused(
            403, "Forbidden",
            $"pods \"p\" is forbidden: unable to create new content in namespace {space.Split('/')[^1]} because it is being terminated");
        await cluster.Api.DeleteAsync($"{setting.Pods}/p", Answers.Json("""{"gracePeriodSeconds":0}"""));
        await Until.GoneAsync(cluster.Api, space);
    }

    [Fact]
    public async Task A_namespace_that_is_not_there_takes_nothing_and_default_is_never_deleted()
    {
        RawAnswer absent = await cluster.Api.PostAsync("/api/v1/namespaces/nodeguard-tests-none/configmaps", Answers.Map("a"));
        RawAnswer kept = await cluster.Api.DeleteAsync("/api/v1/namespaces/default");

        absent.ShouldBeRefused(404, "NotFound", "namespaces \"nodeguard-tests-none\" not found");
        kept.ShouldBeRefused(403, "Forbidden", "namespaces \"default\" is forbidden: this namespace may not be deleted");
    }

    [Fact]
    public async Task A_new_namespace_has_a_default_service_account()
    {
        string name = await cluster.NewNamespaceAsync();

        await Until.AnswerAsync(
            () => cluster.Api.GetAsync($"/api/v1/namespaces/{name}/serviceaccounts/default"), a => a.Code == 200, "the account is there");

        RawAnswer made = await cluster.Api.GetAsync($"/api/v1/namespaces/{name}");
        made["metadata"]["labels"]!["kubernetes.io/metadata.name"]!.ToString().ShouldBe(name);
        made["status"]["phase"]!.ToString().ShouldBe("Active");
    }

    private static JsonObject Policy(string policy) => new() { ["propagationPolicy"] = policy };

    private static JsonObject Reference(string name, string uid) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["name"] = name,
        ["uid"] = uid,
    };

    private async Task<RawAnswer> OwnedAsync(
        string path, string name, RawAnswer owner, bool blocks = false, string? finalizer = null, RawAnswer? second = null)
    {
        JsonObject map = Answers.Map(name);
        var references = new JsonArray();
        foreach (RawAnswer? one in (RawAnswer?[])[owner, second])
        {
            if (one is null)
                continue;
            JsonObject reference = Reference((string)one["metadata"]["name"]!, (string)one["metadata"]["uid"]!);
            if (blocks)
                reference["blockOwnerDeletion"] = true;
            references.Add((JsonNode)reference);
        }

        map["metadata"]!["ownerReferences"] = references;
        if (finalizer is not null)
            map["metadata"]!["finalizers"] = new JsonArray(finalizer);
        return await cluster.Api.CreateAsync(path, map);
    }

    private async Task<string> MapsAsync() => $"/api/v1/namespaces/{await cluster.NewNamespaceAsync()}/configmaps";
}
