using System.Diagnostics;
using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>Watches: where they start, what they send, and how they end.</summary>
[Collection(ClusterTests.Name)]
public sealed class WatchTests(ClusterFixture cluster)
{
    [Fact]
    public async Task A_watch_from_a_version_sends_each_change_after_it()
    {
        string path = await SecretsAsync();
        RawAnswer a = await cluster.Api.CreateAsync(path, Secret("a"));
        using WatchStream watch = await WatchStream.OpenAsync(cluster.Api, $"{path}?watch=true&resourceVersion={a.Version}");

        await cluster.Api.CreateAsync(path, Secret("b"));
        RawAnswer changed = await cluster.Api.PatchAsync($"{path}/b", Answers.Json("""{"metadata":{"labels":{"x":"1"}}}"""));
        await cluster.Api.DeleteAsync($"{path}/b");

        (await watch.NextAsync(1)).ShouldBe(["ADDED b"]);
        JsonNode modified = (await watch.NextAsync())!;
        JsonNode deleted = (await watch.NextAsync())!;
        WatchStream.Text(modified).ShouldBe("MODIFIED b");
        (modified["object"]!["kind"]!.ToString(), Version(modified)).ShouldBe(("Secret", changed.Version));
        WatchStream.Text(deleted).ShouldBe("DELETED b");
        long.Parse(Version(deleted), null).ShouldBeGreaterThan(long.Parse(changed.Version, null));
    }

    [Fact]
    public async Task A_watch_without_a_version_begins_with_what_there_is()
    {
        string path = await SecretsAsync();
        await cluster.Api.CreateAsync(path, Secret("a"));
        await cluster.Api.CreateAsync(path, Secret("b"));

        using WatchStream watch = await WatchStream.OpenAsync(cluster.Api, $"{path}?watch=true");
        (await watch.NextAsync(2)).ShouldBe(["ADDED a", "ADDED b"], ignoreOrder: true);
        await cluster.Api.DeleteAsync($"{path}/a");

        (await watch.NextAsync(1)).ShouldBe(["DELETED a"]);
    }

    [Fact]
    public async Task What_enters_a_selector_is_added_and_what_leaves_it_is_deleted()
    {
        string path = await SecretsAsync();
        RawAnswer a = await cluster.Api.CreateAsync(path, Secret("a"));
        using WatchStream watch = await WatchStream.OpenAsync(
            cluster.Api, $"{path}?watch=true&labelSelector=x%3D1&resourceVersion={a.Version}");

        await cluster.Api.PatchAsync($"{path}/a", Answers.Json("""{"metadata":{"labels":{"x":"1"}}}"""));
        await cluster.Api.PatchAsync($"{path}/a", Answers.Json("""{"metadata":{"labels":{"y":"1"}}}"""));
        RawAnswer left = await cluster.Api.PatchAsync($"{path}/a", Answers.Json("""{"metadata":{"labels":{"x":"2"}}}"""));

        (await watch.NextAsync(2)).ShouldBe(["ADDED a", "MODIFIED a"]);
        JsonNode deleted = (await watch.NextAsync())!;
        WatchStream.Text(deleted).ShouldBe("DELETED a");
        deleted["object"]!["metadata"]!["labels"]!["x"]!.ToString().ShouldBe("1");
        Version(deleted).ShouldBe(left.Version);
    }

    [Fact]
    public async Task A_field_selector_follows_the_binding_of_a_pod()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        RawAnswer bound = await setting.PodAsync("bound");
        string node = (string)bound["spec"]["nodeName"]!;
        JsonObject free = TestObjects.Pod("free", labels: new JsonObject { [TestKubelet.LeftAlone] = "" });
        free["spec"]!["schedulerName"] = "nodeguard-tests-none";
        RawAnswer made = await cluster.Api.CreateAsync(setting.Pods, free);
        using WatchStream watch = await WatchStream.OpenAsync(
            cluster.Api, $"/api/v1/pods?watch=true&fieldSelector=spec.nodeName%3D{node}&resourceVersion={made.Version}");

        (await cluster.Api.PostAsync($"{setting.Pods}/free/binding", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Binding",
            ["metadata"] = new JsonObject { ["name"] = "free" },
            ["target"] = new JsonObject { ["kind"] = "Node", ["name"] = node },
        })).ShouldBeDone(201);

        (await watch.NextAsync(1)).ShouldBe(["ADDED free"]);
    }

    [Fact]
    public async Task A_watch_ends_by_its_timeout_and_sends_bookmarks_only_to_who_takes_them()
    {
        string path = await SecretsAsync();
        RawAnswer a = await cluster.Api.CreateAsync(path, Secret("a"));
        var clock = Stopwatch.StartNew();
        using WatchStream with = await WatchStream.OpenAsync(
            cluster.Api, $"{path}?watch=true&timeoutSeconds=3&allowWatchBookmarks=true&resourceVersion={a.Version}");
        using WatchStream without = await WatchStream.OpenAsync(
            cluster.Api, $"{path}?watch=true&timeoutSeconds=3&resourceVersion={a.Version}");

        List<JsonNode> events = await with.ToEndAsync();

        clock.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(2));
        events.ShouldAllBe(e => (string?)e["type"] == "BOOKMARK" && long.Parse(Version(e), null) >= long.Parse(a.Version, null));
        (await without.ToEndAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task In_the_sandbox_a_watch_says_at_its_end_how_far_it_has_come()
    {
        if (cluster.Sandbox is null)
            return;
        string path = await SecretsAsync();
        RawAnswer a = await cluster.Api.CreateAsync(path, Secret("a"));
        using WatchStream watch = await WatchStream.OpenAsync(
            cluster.Api, $"{path}?watch=true&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion={a.Version}");

        JsonNode bookmark = (await watch.ToEndAsync()).ShouldHaveSingleItem();

        ((string?)bookmark["type"], (string?)bookmark["object"]!["kind"]).ShouldBe(("BOOKMARK", "Secret"));
        long.Parse(Version(bookmark), null).ShouldBeGreaterThanOrEqualTo(long.Parse(a.Version, null));
    }

    [Fact]
    public async Task Initial_events_come_on_request_and_end_with_a_marked_bookmark()
    {
        string path = await SecretsAsync();
        await cluster.Api.CreateAsync(path, Secret("a"));
        RawAnswer b = await cluster.Api.CreateAsync(path, Secret("b"));

        using WatchStream watch = await WatchStream.OpenAsync(
            cluster.Api,
            $"{path}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion={b.Version}");
        (await watch.NextAsync(2)).ShouldBe(["ADDED a", "ADDED b"], ignoreOrder: true);
        JsonNode end = (await watch.NextAsync())!;

        end["type"]!.ToString().ShouldBe("BOOKMARK");
        end["object"]!["metadata"]!["annotations"]!.ToJsonString().ShouldBe("""{"k8s.io/initial-events-end":"true"}""");
        long.Parse(Version(end), null).ShouldBeGreaterThanOrEqualTo(long.Parse(b.Version, null));
        await cluster.Api.DeleteAsync($"{path}/a");
        (await watch.NextAsync(1)).ShouldBe(["DELETED a"]);
    }

    [Fact]
    public async Task Initial_events_without_the_match_are_refused()
    {
        string path = await SecretsAsync();

        RawAnswer refused = await cluster.Api.GetAsync($"{path}?watch=true&sendInitialEvents=true");

        (refused.Code, refused.Reason).ShouldBe((422, "Invalid"), refused.Text);
        refused.Causes().ShouldBe(
            ["resourceVersionMatch: FieldValueForbidden: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"]);
    }

    [Fact]
    public async Task A_watch_from_a_version_before_the_history_that_is_kept_is_410()
    {
        await using TestDefinition definition = await TestDefinition.WithSchemaAsync(cluster.Api, "{}");
        string path = definition.Objects(await cluster.NewNamespaceAsync());

        using WatchStream watch = await WatchStream.OpenAsync(cluster.Api, $"{path}?watch=true&resourceVersion=1");

        // A server that has told the code already says it in the stream.
        JsonNode status = (await watch.NextAsync())!;
        if (watch.Code == 200)
        {
            status["type"]!.ToString().ShouldBe("ERROR");
            status = status["object"]!;
        }

        (status["code"]!.GetValue<int>(), status["reason"]!.ToString()).ShouldBe((410, "Expired"));
        status["message"]!.ToString().ShouldStartWith("too old resource version: 1");
    }

    [Fact]
    public async Task A_watch_of_one_name_sees_that_one()
    {
        string path = await SecretsAsync();
        RawAnswer a = await cluster.Api.CreateAsync(path, Secret("a"));
        using WatchStream watch = await WatchStream.OpenAsync(
            cluster.Api, $"{path}?watch=true&fieldSelector=metadata.name%3Db&resourceVersion={a.Version}");

        await cluster.Api.DeleteAsync($"{path}/a");
        await cluster.Api.CreateAsync(path, Secret("b"));

        (await watch.NextAsync(1)).ShouldBe(["ADDED b"]);
    }

    [Fact]
    public async Task A_watch_as_a_table_sends_rows_and_its_columns_once()
    {
        string path = await SecretsAsync();
        await cluster.Api.CreateAsync(path, Secret("a"));
        using WatchStream watch = await WatchStream.OpenAsync(
            cluster.Api, $"{path}?watch=true", "application/json;as=Table;g=meta.k8s.io;v=v1");
        JsonNode first = (await watch.NextAsync())!;
        await cluster.Api.CreateAsync(path, Secret("b"));
        JsonNode second = (await watch.NextAsync())!;

        (first["type"]!.ToString(), first["object"]!["kind"]!.ToString()).ShouldBe(("ADDED", "Table"));
        first["object"]!["columnDefinitions"]!.AsArray().Count.ShouldBe(4);
        second["object"]!["rows"]![0]!["cells"]![0]!.ToString().ShouldBe("b");
        (second["object"]!["columnDefinitions"]?.AsArray().Count ?? 0).ShouldBe(0);
    }

    private static string Version(JsonNode entry) => (string)entry["object"]!["metadata"]!["resourceVersion"]!;

    private static JsonObject Secret(string name) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = name },
    };

    private async Task<string> SecretsAsync() => $"/api/v1/namespaces/{await cluster.NewNamespaceAsync()}/secrets";
}
