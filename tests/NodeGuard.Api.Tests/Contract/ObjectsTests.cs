using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>Create, read, update, delete, as every Kubernetes API server does it.</summary>
[Collection(ClusterTests.Name)]
public sealed class ObjectsTests(ClusterFixture cluster)
{
    [Fact]
    public async Task A_created_object_has_what_the_server_gives_it()
    {
        string path = await MapsAsync();
        RawAnswer made = await cluster.Api.PostAsync(path, Map("a"));

        made.Code.ShouldBe(201);
        made["kind"].ToString().ShouldBe("ConfigMap");
        made["metadata"]["uid"]!.ToString().Length.ShouldBe(36);
        made["metadata"]["creationTimestamp"]!.ToString().ShouldEndWith("Z");
        (await cluster.Api.GetAsync($"{path}/a")).Version.ShouldBe(made.Version);
    }

    [Fact]
    public async Task A_name_that_is_taken_or_wrong_or_missing_is_refused_in_the_servers_words()
    {
        string path = await MapsAsync();
        await cluster.Api.CreateAsync(path, Map("a"));

        RawAnswer taken = await cluster.Api.PostAsync(path, Map("a"));
        (taken.Code, taken.Reason, taken.Message).ShouldBe((409, "AlreadyExists", "configmaps \"a\" already exists"));
        RawAnswer wrong = await cluster.Api.PostAsync(path, Map("A_b"));
        (wrong.Code, wrong.Reason).ShouldBe((422, "Invalid"));
        wrong.Message.ShouldStartWith("ConfigMap \"A_b\" is invalid: metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain");
        wrong["details"]["causes"]![0]!["field"]!.ToString().ShouldBe("metadata.name");
        RawAnswer absent = await cluster.Api.GetAsync($"{path}/b");
        (absent.Code, absent.Reason, absent.Message).ShouldBe((404, "NotFound", "configmaps \"b\" not found"));
    }

    [Fact]
    public async Task An_update_of_an_older_version_conflicts_and_changes_nothing()
    {
        string path = await MapsAsync();
        RawAnswer first = await cluster.Api.CreateAsync(path, Map("a"));
        JsonNode changed = first.Body!.DeepClone();
        changed["data"] = new JsonObject { ["k"] = "2" };
        RawAnswer second = await cluster.Api.PutAsync($"{path}/a", changed);
        second.Code.ShouldBe(200);
        second.Version.ShouldNotBe(first.Version);

        RawAnswer late = await cluster.Api.PutAsync($"{path}/a", first.Body);

        (late.Code, late.Reason).ShouldBe((409, "Conflict"));
        late.Message.ShouldBe(
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again");
        (await cluster.Api.GetAsync($"{path}/a"))["data"]["k"]!.ToString().ShouldBe("2");
    }

    [Fact]
    public async Task An_update_that_changes_nothing_is_no_write()
    {
        string path = await MapsAsync();
        RawAnswer first = await cluster.Api.CreateAsync(path, Map("a"));

        RawAnswer same = await cluster.Api.PutAsync($"{path}/a", first.Body!);

        same.Version.ShouldBe(first.Version);
    }

    [Fact]
    public async Task Finalizers_hold_an_object_until_the_last_is_taken_away()
    {
        string path = await MapsAsync();
        JsonObject map = Map("a");
        map["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        await cluster.Api.CreateAsync(path, map);

        RawAnswer deleted = await cluster.Api.DeleteAsync($"{path}/a");
        deleted.Code.ShouldBe(200);
        deleted["metadata"]["deletionTimestamp"].ShouldNotBeNull();
        (await cluster.Api.GetAsync($"{path}/a")).Code.ShouldBe(200);
        await cluster.Api.PatchAsync($"{path}/a", JsonNode.Parse("""{"metadata":{"finalizers":null}}""")!);

        (await cluster.Api.GetAsync($"{path}/a")).Code.ShouldBe(404);
    }

    [Fact]
    public async Task A_bound_pod_ends_gracefully_and_an_unbound_one_at_once()
    {
        string @namespace = await cluster.NewNamespaceAsync();
        string node = await cluster.NewNodeAsync();
        string path = $"/api/v1/namespaces/{@namespace}/pods";
        var alone = new JsonObject { [TestKubelet.LeftAlone] = "" };
        await cluster.Api.CreateAsync(path, TestObjects.Pod("bound", node, alone, grace: 30));
        JsonObject unbound = TestObjects.Pod("unbound", labels: alone);
        unbound["spec"]!["nodeSelector"] = new JsonObject { ["nodeguard-tests/nowhere"] = "true" };
        await cluster.Api.CreateAsync(path, unbound);

        (await cluster.Api.DeleteAsync($"{path}/unbound")).Code.ShouldBe(200);
        RawAnswer ending = await cluster.Api.DeleteAsync($"{path}/bound");

        (await cluster.Api.GetAsync($"{path}/unbound")).Code.ShouldBe(404);
        ending["metadata"]["deletionGracePeriodSeconds"]!.GetValue<long>().ShouldBe(30);
        ending["metadata"]["deletionTimestamp"].ShouldNotBeNull();
        await cluster.Api.DeleteAsync($"{path}/bound", new JsonObject { ["gracePeriodSeconds"] = 0 });
        (await cluster.Api.GetAsync($"{path}/bound")).Code.ShouldBe(404);
    }

    [Fact]
    public async Task A_deletion_with_another_uid_is_refused()
    {
        string path = await MapsAsync();
        RawAnswer made = await cluster.Api.CreateAsync(path, Map("a"));
        var other = new JsonObject { ["preconditions"] = new JsonObject { ["uid"] = "00000000-0000-0000-0000-000000000000" } };

        RawAnswer refused = await cluster.Api.DeleteAsync($"{path}/a", other);

        (refused.Code, refused.Reason).ShouldBe((409, "Conflict"));
        refused.Message.ShouldBe(
            "Operation cannot be fulfilled on ConfigMap \"a\": the UID in the precondition (00000000-0000-0000-0000-000000000000) does "
            + $"not match the UID in record ({made["metadata"]["uid"]}). The object might have been deleted and then recreated");
    }

    [Fact]
    public async Task A_dry_run_answers_and_writes_nothing()
    {
        string path = await MapsAsync();

        (await cluster.Api.PostAsync($"{path}?dryRun=All", Map("a"))).Code.ShouldBe(201);

        (await cluster.Api.GetAsync($"{path}/a")).Code.ShouldBe(404);
    }

    private static JsonObject Map(string name) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["data"] = new JsonObject { ["k"] = "1" },
    };

    private async Task<string> MapsAsync() => $"/api/v1/namespaces/{await cluster.NewNamespaceAsync()}/configmaps";
}
