using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>JSON, merge and strategic merge patches.</summary>
[Collection(ClusterTests.Name)]
public sealed class PatchTests(ClusterFixture cluster)
{
    private const string JsonType = "application/json-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";

    [Fact]
    public async Task A_merge_patch_sets_and_removes_fields_and_replaces_lists()
    {
        string path = await MapsAsync("""{"a":"1","b":"2"}""");

        RawAnswer patched = await cluster.Api.PatchAsync(path, Answers.Json("""{"data":{"a":null,"c":"3"},"metadata":{"finalizers":[]}}"""));

        patched.ShouldBeDone()["data"].ToJsonString().ShouldBe("""{"b":"2","c":"3"}""");
    }

    [Fact]
    public async Task A_json_patch_does_all_its_operations_or_none()
    {
        string path = await MapsAsync("""{"a":"1","b":"2"}""");

        RawAnswer done = await cluster.Api.PatchAsync(path, Answers.Json("""
            [{"op":"test","path":"/data/a","value":"1"},{"op":"replace","path":"/data/a","value":"9"},
             {"op":"remove","path":"/data/b"},{"op":"add","path":"/metadata/annotations","value":{}},
             {"op":"add","path":"/metadata/annotations/example.com~1x","value":"5"},{"op":"replace","path":"/data/new","value":"8"},
             {"op":"copy","from":"/data/a","path":"/data/c"},{"op":"move","from":"/data/c","path":"/data/d"}]
            """), JsonType);
        RawAnswer failed = await cluster.Api.PatchAsync(path, Answers.Json("""
            [{"op":"replace","path":"/data/a","value":"0"},{"op":"test","path":"/data/d","value":"other"}]
            """), JsonType);

        Answers.Sorted(done.ShouldBeDone()["data"]).ShouldBe("""{"a":"9","d":"9","new":"8"}""");
        done["metadata"]["annotations"]!["example.com/x"]!.ToString().ShouldBe("5");
        (failed.Code, failed.Reason).ShouldBe((422, "Invalid"), failed.Text);
        (await cluster.Api.GetAsync(path)).Version.ShouldBe(done.Version);
    }

    [Fact]
    public async Task A_json_patch_of_what_is_not_there_is_422()
    {
        string path = await MapsAsync("""{"a":"1"}""");

        foreach (string operation in (string[])
            ["""{"op":"remove","path":"/data/none"}""", """{"op":"replace","path":"/none/none","value":"1"}""", """{"op":"move","from":"/data/none","path":"/data/b"}"""])
        {
            RawAnswer failed = await cluster.Api.PatchAsync(path, new JsonArray(Answers.Json(operation)), JsonType);
            failed.Code.ShouldBe(422, failed.Text);
        }
    }

    [Fact]
    public async Task A_strategic_patch_merges_containers_by_name_and_tolerations_not()
    {
        string path = await DeploymentAsync();

        RawAnswer patched = await cluster.Api.PatchAsync(path, Answers.Json("""
            {"spec":{"template":{"spec":{"containers":[{"name":"main","image":"registry.k8s.io/pause:3.9"},{"name":"side","image":"registry.k8s.io/pause:3.8"}]}}}}
            """), Strategic);
        RawAnswer removed = await cluster.Api.PatchAsync(path, Answers.Json("""
            {"spec":{"template":{"spec":{"containers":[{"$patch":"delete","name":"side"}]}}}}
            """), Strategic);

        patched.ShouldBeDone();
        Images(patched).ShouldBe(["side=registry.k8s.io/pause:3.8", "main=registry.k8s.io/pause:3.9"], ignoreOrder: true);
        removed.ShouldBeDone();
        Images(removed).ShouldBe(["main=registry.k8s.io/pause:3.9"]);
        removed["metadata"]["generation"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task A_strategic_patch_takes_finalizers_as_a_set()
    {
        string path = await MapsAsync("{}");
        await cluster.Api.PatchAsync(path, Answers.Json("""{"metadata":{"finalizers":["example.com/a"]}}"""), Strategic);

        RawAnswer both = await cluster.Api.PatchAsync(path, Answers.Json("""{"metadata":{"finalizers":["example.com/b"]}}"""), Strategic);
        RawAnswer one = await cluster.Api.PatchAsync(
            path, Answers.Json("""{"metadata":{"$deleteFromPrimitiveList/finalizers":["example.com/a"]}}"""), Strategic);
        await cluster.Api.PatchAsync(path, Answers.Json("""{"metadata":{"finalizers":null}}"""));

        both["metadata"]["finalizers"]!.AsArray().Select(f => (string)f!).ShouldBe(["example.com/a", "example.com/b"], ignoreOrder: true);
        one["metadata"]["finalizers"]!.ToJsonString().ShouldBe("""["example.com/b"]""");
    }

    [Fact]
    public async Task A_strategic_patch_of_taints_goes_by_key_and_conditions_by_type()
    {
        string node = "/api/v1/nodes/" + await cluster.NewNodeAsync();
        await cluster.Api.PatchAsync(
            node, Answers.Json("""{"spec":{"taints":[{"key":"a","effect":"NoSchedule"},{"key":"b","effect":"NoSchedule"}]}}"""), Strategic);

        RawAnswer taints = await cluster.Api.PatchAsync(
            node, Answers.Json("""{"spec":{"taints":[{"key":"a","effect":"NoExecute"}]}}"""), Strategic);
        RawAnswer conditions = await cluster.Api.PatchAsync(
            node + "/status", Answers.Json("""{"status":{"conditions":[{"type":"NodeguardTest","status":"True"}]}}"""), Strategic);
        await cluster.Api.DeleteAsync(node);

        string[] keys = [.. taints["spec"]["taints"]!.AsArray().Select(t => $"{t!["key"]}:{t["effect"]}").Where(t => t[1] == ':')];
        keys.ShouldBe(["a:NoExecute"]);
        conditions["status"]["conditions"]!.AsArray().Select(c => (string)c!["type"]!).ShouldContain("Ready");
        conditions["status"]["conditions"]!.AsArray().Select(c => (string)c!["type"]!).ShouldContain("NodeguardTest");
    }

    [Fact]
    public async Task A_patch_with_an_old_version_conflicts_and_one_without_does_not()
    {
        string path = await MapsAsync("{}");
        RawAnswer first = await cluster.Api.GetAsync(path);
        await cluster.Api.PatchAsync(path, Answers.Json("""{"data":{"a":"1"}}"""));

        RawAnswer late = await cluster.Api.PatchAsync(
            path, new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = first.Version }, ["data"] = new JsonObject { ["a"] = "2" } });

        late.ShouldBeRefused(
            409, "Conflict",
            "Operation cannot be fulfilled on configmaps \"m\": the object has been modified; please apply your changes to the latest version and try again");
    }

    [Fact]
    public async Task A_patch_that_renames_or_names_another_uid_is_refused()
    {
        string path = await MapsAsync("{}");
        RawAnswer map = await cluster.Api.GetAsync(path);

        RawAnswer renamed = await cluster.Api.PatchAsync(path, Answers.Json("""{"metadata":{"name":"other"}}"""));
        RawAnswer other = await cluster.Api.PatchAsync(path, Answers.Json("""{"metadata":{"uid":"00000000-0000-0000-0000-000000000000"}}"""));

        renamed.ShouldBeRefused(400, "BadRequest", "the name of the object (other) does not match the name on the URL (m)");
        other.ShouldBeRefused(
            422, "Invalid",
            "ConfigMap \"m\" is invalid: metadata.uid: Invalid value: \"00000000-0000-0000-0000-000000000000\": field is immutable");
        JsonNode replaced = map.Body!.DeepClone();
        replaced["metadata"]!["uid"] = "00000000-0000-0000-0000-000000000000";
        RawAnswer put = await cluster.Api.PutAsync(path, replaced);
        (put.Code, put.Reason).ShouldBe((409, "Conflict"), put.Text);
        put.Message.ShouldStartWith("Operation cannot be fulfilled on configmaps \"m\": ");
        put.Message.ShouldEndWith(
            "Precondition failed: UID in precondition: 00000000-0000-0000-0000-000000000000, "
            + $"UID in object meta: {map["metadata"]["uid"]}");
    }

    [Fact]
    public async Task A_patch_of_nothing_known_is_404_and_of_an_unknown_type_415()
    {
        string path = await MapsAsync("{}");

        RawAnswer absent = await cluster.Api.PatchAsync(path + "x", new JsonObject());
        RawAnswer type = await cluster.Api.PatchAsync(path, new JsonObject(), "application/json");

        absent.ShouldBeRefused(404, "NotFound", "configmaps \"mx\" not found");
        type.ShouldBeRefused(415, "UnsupportedMediaType", "415: Unsupported Media Type");
    }

    [Fact]
    public async Task A_patch_that_changes_nothing_is_no_write()
    {
        string path = await MapsAsync("""{"a":"1"}""");
        RawAnswer before = await cluster.Api.GetAsync(path);

        RawAnswer same = await cluster.Api.PatchAsync(path, Answers.Json("""{"data":{"a":"1"}}"""));

        same.Version.ShouldBe(before.Version);
    }

    [Fact]
    public async Task A_dry_run_of_a_patch_shows_the_result_and_writes_nothing()
    {
        string path = await MapsAsync("""{"a":"1"}""");
        RawAnswer before = await cluster.Api.GetAsync(path);

        RawAnswer shown = await cluster.Api.PatchAsync(path + "?dryRun=All", Answers.Json("""{"data":{"a":"2"}}"""));

        shown.ShouldBeDone()["data"]["a"]!.ToString().ShouldBe("2");
        (await cluster.Api.GetAsync(path)).Version.ShouldBe(before.Version);
    }

    private static string[] Images(RawAnswer deployment) =>
    [
        .. deployment["spec"]["template"]!["spec"]!["containers"]!.AsArray().Select(c => $"{c!["name"]}={c["image"]}"),
    ];

    /// <summary>The path of a map `m` with data.</summary>
    private async Task<string> MapsAsync(string data)
    {
        string path = $"/api/v1/namespaces/{await cluster.NewNamespaceAsync()}/configmaps";
        JsonObject map = Answers.Map("m");
        map["data"] = Answers.Json(data);
        await cluster.Api.CreateAsync(path, map);
        return path + "/m";
    }

    private async Task<string> DeploymentAsync()
    {
        string path = $"/apis/apps/v1/namespaces/{await cluster.NewNamespaceAsync()}/deployments";
        await cluster.Api.CreateAsync(path, TestObjects.Deployment("d", 0, new JsonObject { ["app"] = "d" }));
        return path + "/d";
    }
}
