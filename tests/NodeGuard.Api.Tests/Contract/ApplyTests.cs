using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>Server-side apply: who owns what, conflicts, force, and what leaves with its owner.</summary>
[Collection(ClusterTests.Name)]
public sealed class ApplyTests(ClusterFixture cluster)
{
    private const string Type = "application/apply-patch+yaml";

    [Fact]
    public async Task An_apply_creates_what_is_not_there_and_owns_what_it_sets()
    {
        string path = await PathAsync();

        RawAnswer made = await ApplyAsync(path, "one", """{"a":"1"}""");
        RawAnswer again = await ApplyAsync(path, "one", """{"a":"1"}""");

        made.ShouldBeDone(201);
        JsonNode entry = made["metadata"]["managedFields"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)entry["manager"], (string?)entry["operation"]).ShouldBe(("one", "Apply"));
        entry["fieldsV1"]!.ToJsonString().ShouldBe("""{"f:data":{"f:a":{}}}""");
        again.ShouldBeDone().Version.ShouldBe(made.Version);
    }

    [Fact]
    public async Task A_field_of_another_manager_is_a_conflict_that_names_both()
    {
        string path = await PathAsync();
        await ApplyAsync(path, "one", """{"a":"1"}""");

        RawAnswer conflict = await ApplyAsync(path, "two", """{"a":"2"}""");

        conflict.ShouldBeRefused(409, "Conflict", "Apply failed with 1 conflict: conflict with \"one\": .data.a");
        conflict.Causes().ShouldBe([".data.a: FieldManagerConflict: conflict with \"one\""]);
        (await cluster.Api.GetAsync(path))["data"]["a"]!.ToString().ShouldBe("1");
    }

    [Fact]
    public async Task Force_takes_the_field_over_and_the_same_value_is_shared()
    {
        string path = await PathAsync();
        await ApplyAsync(path, "one", """{"a":"1","b":"1"}""");

        (await ApplyAsync(path, "two", """{"b":"1"}""")).ShouldBeDone();
        RawAnswer forced = await ApplyAsync(path, "two", """{"a":"2","b":"1"}""", "&force=true");

        forced.ShouldBeDone()["data"].ToJsonString().ShouldBe("""{"a":"2","b":"1"}""");
        (await ApplyAsync(path, "one", """{"a":"1","b":"1"}""")).ShouldBeRefused(
            409, "Conflict", "Apply failed with 1 conflict: conflict with \"two\": .data.a");
    }

    [Fact]
    public async Task What_a_manager_no_longer_applies_goes_unless_another_has_it_too()
    {
        string path = await PathAsync();
        await ApplyAsync(path, "one", """{"a":"1","b":"1","c":"1"}""");
        await ApplyAsync(path, "two", """{"b":"1"}""");

        RawAnswer fewer = await ApplyAsync(path, "one", """{"c":"1"}""");

        fewer.ShouldBeDone()["data"].ToJsonString().ShouldBe("""{"b":"1","c":"1"}""");
    }

    [Fact]
    public async Task A_plain_write_takes_its_fields_and_the_next_apply_conflicts_with_it()
    {
        string path = await PathAsync();
        await ApplyAsync(path, "one", """{"a":"1"}""");
        await cluster.Api.PatchAsync(path + "?fieldManager=hand", Answers.Json("""{"data":{"a":"9"}}"""));

        RawAnswer conflict = await ApplyAsync(path, "one", """{"a":"1"}""");

        (conflict.Code, conflict.Reason).ShouldBe((409, "Conflict"), conflict.Text);
        conflict.Message.ShouldStartWith("Apply failed with 1 conflict: conflict with \"hand\" using v1");
        conflict.Message.ShouldEndWith(": .data.a");
    }

    [Fact]
    public async Task An_apply_without_a_manager_is_refused()
    {
        string path = await PathAsync();

        RawAnswer refused = await cluster.Api.PatchAsync(path, Answers.Map("m"), Type);

        (refused.Code, refused.Reason).ShouldBe((422, "Invalid"), refused.Text);
        refused.Message.ShouldContain("fieldManager: Required value: is required for apply patch");
    }

    private Task<RawAnswer> ApplyAsync(string path, string manager, string data, string more = "") =>
        cluster.Api.PatchAsync(
            $"{path}?fieldManager={manager}{more}",
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["metadata"] = new JsonObject { ["name"] = "m" },
                ["data"] = Answers.Json(data),
            },
            Type);

    private async Task<string> PathAsync() => $"/api/v1/namespaces/{await cluster.NewNamespaceAsync()}/configmaps/m";
}
