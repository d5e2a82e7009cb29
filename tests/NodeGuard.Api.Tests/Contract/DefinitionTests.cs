using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>The life of CustomResourceDefinitions: accepted, served, in discovery, refused, deleted.</summary>
[Collection(ClusterTests.Name)]
public sealed class DefinitionTests(ClusterFixture cluster)
{
    private const string Spec = """{"spec":{"type":"object","properties":{"size":{"type":"integer"}}}}""";

    [Fact]
    public async Task A_definition_is_established_and_found_by_discovery_with_all_its_names()
    {
        await using TestDefinition definition = await TestDefinition.WithSchemaAsync(cluster.Api, Spec);

        RawAnswer crd = await cluster.Api.GetAsync(definition.Path);
        Condition(crd, "NamesAccepted").ShouldBe(("True", "NoConflicts", "no conflicts found"));
        Condition(crd, "Established").ShouldBe(("True", "InitialNamesAccepted", "the initial names have been accepted"));
        crd["status"]["storedVersions"]!.ToJsonString().ShouldBe("""["v1"]""");
        crd["status"]["acceptedNames"]!["listKind"]!.ToString().ShouldBe("WidgetList");
        crd["spec"]["conversion"]!.ToJsonString().ShouldBe("""{"strategy":"None"}""");
        RawAnswer found = await cluster.Api.GetAsync($"/apis/{definition.Group}/v1");
        JsonNode resource = found["resources"].AsArray().Single()!;
        resource["shortNames"]!.ToJsonString().ShouldBe("""["wg"]""");
        resource["categories"]!.ToJsonString().ShouldBe("""["nodeguard-tests"]""");
        (resource["singularName"]!.ToString(), resource["namespaced"]!.GetValue<bool>()).ShouldBe(("widget", true));
        resource["verbs"]!.AsArray().Select(v => v!.ToString()).ShouldBe(
            ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_definition_whose_names_are_taken_is_stored_and_not_served()
    {
        await using TestDefinition first = await TestDefinition.WithSchemaAsync(cluster.Api, Spec);
        var second = new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = $"gadgets.{first.Group}" },
            ["spec"] = Answers.Json($$$"""
                {"group":"{{{first.Group}}}","scope":"Namespaced","names":{"plural":"gadgets","kind":"Widget"},
                 "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"} } }]}
                """),
        };
        const string Crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        await cluster.Api.CreateAsync(Crds, second);
        try
        {
            RawAnswer crd = await Until.AnswerAsync(
                () => cluster.Api.GetAsync($"{Crds}/gadgets.{first.Group}"), a => a.Body?["status"]?["conditions"] is not null, "conditions");

            Condition(crd, "NamesAccepted").ShouldBe(("False", "ListKindConflict", "\"WidgetList\" is already in use"));
            Condition(crd, "Established").ShouldBe(("False", "NotAccepted", "not all names are accepted"));
            (await cluster.Api.GetAsync($"/apis/{first.Group}/v1/gadgets")).Code.ShouldBe(404);
        }
        finally
        {
            await cluster.Api.DeleteAsync($"{Crds}/gadgets.{first.Group}");
        }
    }

    [Fact]
    public async Task A_definition_without_a_structural_schema_is_refused_with_the_place()
    {
        JsonNode versions = Answers.Json("""
            [{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":
              {"type":"object","properties":{"spec":{"properties":{"size":{"type":"integer"}}}}}}}]
            """);

        TestDefinition definition = await TestDefinition.PostAsync(cluster.Api, versions.AsArray());

        definition.Answer.Code.ShouldBe(422);
        definition.Answer.Causes().ShouldBe(
        [
            "spec.validation.openAPIV3Schema.properties[spec].type: FieldValueRequired: Required value: must not be empty for specified object fields",
        ]);
    }

    [Fact]
    public async Task A_definition_without_a_schema_or_with_another_name_or_two_storage_versions_is_refused()
    {
        TestDefinition bare = await TestDefinition.PostAsync(
            cluster.Api, Answers.Json("""[{"name":"v1","served":true,"storage":true}]""").AsArray());
        JsonNode two = Answers.Json("""
            [{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}},
             {"name":"v2","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]
            """);
        TestDefinition storage = await TestDefinition.PostAsync(cluster.Api, two.AsArray());
        TestDefinition named = await TestDefinition.PostAsync(
            cluster.Api,
            Answers.Json("""[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]""").AsArray(),
            change: crd => crd["metadata"]!["name"] = "other.example.com");

        bare.Answer.Causes().ShouldBe(
            ["spec.versions[0].schema.openAPIV3Schema: FieldValueRequired: Required value"]);
        storage.Answer.Causes().ShouldContain(
            "spec.versions: FieldValueInvalid: Invalid value: " + VersionsText(storage.Answer) + ": must have exactly one version marked as storage version");
        named.Answer.Causes().ShouldContain(
            $"metadata.name: FieldValueInvalid: Invalid value: \"other.example.com\": must be spec.names.plural+\".\"+spec.group");
    }

    [Fact]
    public async Task Objects_go_with_their_definition_and_the_resource_is_not_found_afterwards()
    {
        TestDefinition definition = await TestDefinition.WithSchemaAsync(cluster.Api, Spec);
        string path = definition.Objects(await cluster.NewNamespaceAsync());
        await cluster.Api.CreateAsync(path, definition.Widget("a"));

        RawAnswer deleted = await cluster.Api.DeleteAsync(definition.Path);
        await Until.GoneAsync(cluster.Api, definition.Path);

        deleted.ShouldBeDone();
        RawAnswer after = await Until.AnswerAsync(() => cluster.Api.GetAsync(path), a => a.Code == 404, "the resource is gone");
        after.Text.Trim().ShouldBe("404 page not found");
        await using TestDefinition again = await TestDefinition.WithSchemaAsync(cluster.Api, Spec);
        (await cluster.Api.GetAsync(again.Objects(""))).ItemNames().ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_versions_show_the_same_objects()
    {
        JsonNode versions = Answers.Json("""
            [{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",
               "properties":{"spec":{"type":"object","properties":{"size":{"type":"integer"},"shape":{"type":"string","default":"round"}}}}}}},
             {"name":"v1beta1","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object",
               "properties":{"spec":{"type":"object","properties":{"size":{"type":"integer"},"color":{"type":"string","default":"red"}}}}}}}]
            """);
        await using TestDefinition definition = await TestDefinition.PostAsync(cluster.Api, versions.AsArray());
        await definition.ServedAsync();
        await definition.ServedAsync("v1beta1");
        string @namespace = await cluster.NewNamespaceAsync();

        RawAnswer made = await cluster.Api.CreateAsync(
            definition.Objects(@namespace, "v1beta1"), definition.Widget("a", """{"spec":{"size":1}}""", "v1beta1"));
        RawAnswer other = await cluster.Api.GetAsync($"{definition.Objects(@namespace)}/a");

        made["apiVersion"].ToString().ShouldBe($"{definition.Group}/v1beta1");
        made["spec"].AsObject().ContainsKey("color").ShouldBeFalse("what the storage version does not know is not kept");
        other["apiVersion"].ToString().ShouldBe($"{definition.Group}/v1");
        Answers.Sorted(other["spec"]).ShouldBe("""{"shape":"round","size":1}""");
        other.Version.ShouldBe(made.Version);
        RawAnswer list = await cluster.Api.GetAsync(definition.Objects(@namespace, "v1beta1"));
        list["items"][0]!["apiVersion"]!.ToString().ShouldBe($"{definition.Group}/v1beta1");
    }

    [Fact]
    public async Task Rules_in_CEL_are_enforced_or_announced_as_not_enforced()
    {
        const string Rules = """
            {"spec":{"type":"object","properties":{"size":{"type":"integer"}},
             "x-kubernetes-validations":[{"rule":"self.size < 10","message":"too big"}]}}
            """;
        await using TestDefinition definition = await TestDefinition.WithSchemaAsync(cluster.Api, Rules);
        string path = definition.Objects(await cluster.NewNamespaceAsync());

        RawAnswer big = await cluster.Api.PostAsync(path, definition.Widget("a", """{"spec":{"size":11}}"""));

        if (cluster.IsSandbox)
        {
            definition.Answer.Warnings.ShouldHaveSingleItem().ShouldContain("not enforced here");
            big.ShouldBeDone(201);
        }
        else
        {
            big.Code.ShouldBe(422);
            big.Causes().ShouldBe(["spec: FieldValueInvalid: Invalid value: too big"]);
        }
    }

    private static string VersionsText(RawAnswer answer)
    {
        // The value is the server's own text of the versions; what counts is the field and the reason after it.
        string cause = answer.Causes().Single(c => c.StartsWith("spec.versions: ", StringComparison.Ordinal));
        const string Start = "spec.versions: FieldValueInvalid: Invalid value: ";
        return cause[Start.Length..cause.LastIndexOf(": ", StringComparison.Ordinal)];
    }

    private static (string, string, string) Condition(RawAnswer crd, string type)
    {
        JsonNode condition = crd["status"]["conditions"]!.AsArray().Single(c => (string?)c!["type"] == type)!;
        return ((string)condition["status"]!, (string)condition["reason"]!, (string)condition["message"]!);
    }
}
