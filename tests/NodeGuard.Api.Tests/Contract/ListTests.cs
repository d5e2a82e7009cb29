using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>Lists: selectors, chunks of one snapshot, versions, and what is asked wrongly.</summary>
[Collection(ClusterTests.Name)]
public sealed class ListTests(ClusterFixture cluster)
{
    [Theory]
    [InlineData("app=web", "a,b")]
    [InlineData("app==web", "a,b")]
    [InlineData("app!=web", "c,d")]
    [InlineData("app in (web,db)", "a,b,c")]
    [InlineData("app notin (web)", "c,d")]
    [InlineData("tier", "b")]
    [InlineData("!app", "d")]
    [InlineData("app=web,tier=front", "b")]
    [InlineData("size>1", "c")]
    [InlineData("", "a,b,c,d")]
    public async Task Label_selectors_select(string selector, string names)
    {
        string path = await SecretsAsync();
        foreach ((string name, string labels) in new[]
            { ("a", """{"app":"web","size":"1"}"""), ("b", """{"app":"web","tier":"front"}"""), ("c", """{"app":"db","size":"2"}"""), ("d", "{}") })
        {
            await LabelledAsync(path, name, labels);
        }

        RawAnswer list = await ListAsync(path, $"labelSelector={Uri.EscapeDataString(selector)}");

        list.ItemNames().ShouldBe(names.Split(','));
    }

    [Fact]
    public async Task Field_selectors_select_what_the_kind_offers_and_name_what_it_does_not()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        RawAnswer bound = await setting.PodAsync("bound");
        await setting.PodAsync("free", phase: "Pending", bound: false);
        string node = (string)bound["spec"]["nodeName"]!;

        (await cluster.Api.GetAsync($"/api/v1/pods?fieldSelector=spec.nodeName={node}")).ItemNames().ShouldBe(["bound"]);
        (await ListAsync(setting.Pods, "fieldSelector=metadata.name=free")).ItemNames().ShouldBe(["free"]);
        (await ListAsync(setting.Pods, "fieldSelector=status.phase!=Running")).ItemNames().ShouldBe(["free"]);
        (await ListAsync(setting.Pods, "fieldSelector=status.phase=Running,spec.nodeName=")).ItemNames().ShouldBeEmpty();
        RawAnswer unknown = await ListAsync(setting.Pods, "fieldSelector=spec.color=red");
        unknown.ShouldBeRefused(
            400, "BadRequest",
            "field label not supported: spec.color");
    }

    [Fact]
    public async Task A_selector_that_does_not_parse_is_400()
    {
        string path = await SecretsAsync();

        RawAnswer refused = await ListAsync(path, "labelSelector=a%20b");

        (refused.Code, refused.Reason).ShouldBe((400, "BadRequest"));
        refused.Message.ShouldContain("unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt");
    }

    [Fact]
    public async Task Chunks_are_of_one_moment_whatever_is_written_between_them()
    {
        string path = await SecretsAsync();
        foreach (string name in (string[])["a", "b", "c", "d", "e"])
            await cluster.Api.CreateAsync(path, Secret(name));

        RawAnswer first = await ListAsync(path, "limit=2");
        await cluster.Api.DeleteAsync($"{path}/c");
        await cluster.Api.CreateAsync(path, Secret("cc"));
        RawAnswer second = await ListAsync(path, $"limit=2&continue={Next(first)}");
        RawAnswer third = await ListAsync(path, $"limit=2&continue={Next(second)}");

        first.ItemNames().ShouldBe(["a", "b"]);
        first["metadata"]["remainingItemCount"]!.GetValue<int>().ShouldBe(3);
        second.ItemNames().ShouldBe(["c", "d"]);
        second.Version.ShouldBe(first.Version);
        third.ItemNames().ShouldBe(["e"]);
        third.Body!["metadata"]!["continue"].ShouldBeNull();
        third.Body!["metadata"]!["remainingItemCount"].ShouldBeNull();
        (await ListAsync(path, "")).ItemNames().ShouldBe(["a", "b", "cc", "d", "e"]);
    }

    [Fact]
    public async Task Chunks_of_a_selection_do_not_count_the_rest()
    {
        string path = await SecretsAsync();
        foreach (string name in (string[])["a", "b", "c"])
            await LabelledAsync(path, name, """{"app":"web"}""");

        RawAnswer first = await ListAsync(path, "limit=1&labelSelector=app%3Dweb");

        first.ItemNames().ShouldBe(["a"]);
        first.Body!["metadata"]!["remainingItemCount"].ShouldBeNull();
        (await ListAsync(path, $"labelSelector=app%3Dweb&continue={Next(first)}")).ItemNames().ShouldBe(["b", "c"]);
    }

    [Fact]
    public async Task A_continue_token_that_is_none_is_400_and_so_is_a_version_beside_one()
    {
        string path = await SecretsAsync();
        await cluster.Api.CreateAsync(path, Secret("a"));
        await cluster.Api.CreateAsync(path, Secret("b"));
        RawAnswer first = await ListAsync(path, "limit=1");

        RawAnswer nonsense = await ListAsync(path, "continue=nonsense");
        RawAnswer both = await ListAsync(path, $"continue={Next(first)}&resourceVersion={first.Version}");

        (nonsense.Code, nonsense.Reason).ShouldBe((400, "BadRequest"));
        nonsense.Message.ShouldStartWith("invalid continue token: continue key is not valid: ");
        both.ShouldBeRefused(400, "BadRequest", "specifying resource version is not allowed when using continue");
    }

    [Fact]
    public async Task A_chunk_of_a_moment_that_was_compacted_away_is_410()
    {
        string path = await SecretsAsync();
        await cluster.Api.CreateAsync(path, Secret("a"));
        JsonNode token = new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = 1, ["start"] = "a\0" };
        string old = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(token.ToJsonString())).TrimEnd('=');

        // A real server compacts its history every five minutes; one that has just started still has it.
        cluster.Sandbox?.Store.Compact();
        DateTimeOffset started = DateTimeOffset.Parse(
            (string)(await cluster.Api.GetAsync("/api/v1/namespaces/kube-system"))["metadata"]["creationTimestamp"]!, null);
        bool compacted = cluster.IsSandbox || DateTimeOffset.UtcNow - started > TimeSpan.FromMinutes(11);
        RawAnswer gone = await ListAsync(path, $"limit=1&continue={old}");

        if (!compacted && gone.Code == 200)
            return;
        (gone.Code, gone.Reason).ShouldBe((410, "Expired"), gone.Text);
        gone.Message.ShouldStartWith("The provided continue parameter is too old to display a consistent list result.");
    }

    [Fact]
    public async Task A_list_at_a_version_is_exact_not_older_or_refused()
    {
        string path = await SecretsAsync();
        RawAnswer a = await cluster.Api.CreateAsync(path, Secret("a"));
        await cluster.Api.CreateAsync(path, Secret("b"));

        RawAnswer exact = await ListAsync(path, $"resourceVersion={a.Version}&resourceVersionMatch=Exact");
        RawAnswer notOlder = await ListAsync(path, $"resourceVersion={a.Version}&resourceVersionMatch=NotOlderThan");
        RawAnswer any = await ListAsync(path, "resourceVersion=0");
        RawAnswer future = await ListAsync(path, "resourceVersion=9000000000");
        RawAnswer alone = await ListAsync(path, "resourceVersionMatch=Exact");

        exact.ItemNames().ShouldBe(["a"]);
        exact.Version.ShouldBe(a.Version);
        notOlder.ItemNames().ShouldContain("a");
        any.Code.ShouldBe(200);
        (future.Code, future.Reason).ShouldBe((504, "Timeout"), future.Text);
        future.Causes().ShouldBe([": ResourceVersionTooLarge: Too large resource version"]);
        future["details"]["retryAfterSeconds"]!.GetValue<int>().ShouldBe(1);
        (alone.Code, alone.Reason).ShouldBe((422, "Invalid"), alone.Text);
        alone.Message.ShouldBe(
            "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
    }

    [Fact]
    public async Task Items_of_built_in_lists_have_no_kind_and_those_of_custom_ones_do()
    {
        string path = await SecretsAsync();
        await cluster.Api.CreateAsync(path, Secret("a"));

        RawAnswer list = await ListAsync(path, "");

        (list["kind"].ToString(), list["apiVersion"].ToString()).ShouldBe(("SecretList", "v1"));
        list["items"][0]!.AsObject().ContainsKey("kind").ShouldBeFalse();
    }

    [Fact]
    public async Task Metadata_alone_and_tables_come_on_request()
    {
        string path = await SecretsAsync();
        await cluster.Api.CreateAsync(path, Secret("a"));

        RawAnswer metadata = await cluster.Api.GetAsync(path, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
        RawAnswer table = await cluster.Api.GetAsync($"{path}/a", "application/json;as=Table;g=meta.k8s.io;v=v1");
        RawAnswer refused = await cluster.Api.GetAsync(path, "text/html");

        metadata["kind"].ToString().ShouldBe("PartialObjectMetadataList");
        metadata["items"][0]!["kind"]!.ToString().ShouldBe("PartialObjectMetadata");
        metadata["items"][0]!.AsObject().ContainsKey("data").ShouldBeFalse();
        table["columnDefinitions"].AsArray().Select(c => (string)c!["name"]!).ShouldBe(["Name", "Type", "Data", "Age"]);
        table["rows"][0]!["cells"]!.ToJsonString().ShouldStartWith("""["a","Opaque",1,""");
        (refused.Code, refused.Reason).ShouldBe((406, "NotAcceptable"));
    }

    [Fact]
    public async Task A_collection_is_deleted_by_selector()
    {
        string path = await SecretsAsync();
        await LabelledAsync(path, "a", """{"app":"web"}""");
        await LabelledAsync(path, "b", """{"app":"db"}""");

        RawAnswer deleted = await cluster.Api.DeleteAsync($"{path}?labelSelector=app%3Dweb");

        deleted.ShouldBeDone()["kind"].ToString().ShouldBe("SecretList");
        (await ListAsync(path, "labelSelector=app")).ItemNames().ShouldBe(["b"]);
    }

    private static string Next(RawAnswer list) => (string)list["metadata"]["continue"]!;

    private Task<RawAnswer> ListAsync(string path, string query) => cluster.Api.GetAsync($"{path}?{query}");

    private Task<RawAnswer> LabelledAsync(string path, string name, string labels)
    {
        JsonObject secret = Secret(name);
        secret["metadata"]!["labels"] = Answers.Json(labels);
        return cluster.Api.CreateAsync(path, secret);
    }

    private static JsonObject Secret(string name) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["data"] = new JsonObject { ["k"] = "eA==" },
    };

    /// <summary>Secrets, because a real cluster's controllers put none into a new namespace.</summary>
    private async Task<string> SecretsAsync() => $"/api/v1/namespaces/{await cluster.NewNamespaceAsync()}/secrets";
}
