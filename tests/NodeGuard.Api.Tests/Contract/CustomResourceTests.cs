using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>Custom resources by their schema: defaults, pruning, validation, subresources, columns.</summary>
[Collection(ClusterTests.Name)]
public sealed class CustomResourceTests(ClusterFixture cluster)
{
    private const string Schema = """
        {"spec":{"type":"object","required":["size"],"properties":{
           "size":{"type":"integer","minimum":1,"maximum":10},
           "color":{"type":"string","enum":["red","blue"],"default":"red"},
           "name":{"type":"string","pattern":"^[a-z]+$","maxLength":5,"minLength":2},
           "when":{"type":"string","format":"date-time"},
           "port":{"x-kubernetes-int-or-string":true},
           "tags":{"type":"array","maxItems":2,"x-kubernetes-list-type":"set","items":{"type":"string"}},
           "parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["id"],
             "items":{"type":"object","required":["id"],"properties":{"id":{"type":"string"},"n":{"type":"integer","default":3}}}},
           "notes":{"type":"object","additionalProperties":{"type":"string"}},
           "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
           "maybe":{"type":"string","nullable":true},
           "deep":{"type":"object","default":{},"properties":{"on":{"type":"boolean","default":true}}}}},
         "status":{"type":"object","properties":{"phase":{"type":"string"},"replicas":{"type":"integer"},"selector":{"type":"string"}}}}
        """;

    [Fact]
    public async Task Defaults_are_filled_in_and_unknown_fields_are_pruned_with_a_warning_each()
    {
        await using TestDefinition definition = await TestDefinition.WithSchemaAsync(cluster.Api, Schema);
        string path = definition.Objects(await cluster.NewNamespaceAsync());

        RawAnswer made = await cluster.Api.CreateAsync(path, definition.Widget(
            "a",
            """{"spec":{"size":1,"extra":1,"parts":[{"id":"x","odd":true}],"free":{"any":{"thing":1}},"notes":{"k":"v"},"port":"http","maybe":null},"other":2}"""));

        Answers.Sorted(made["spec"]).ShouldBe(Answers.Sorted(Answers.Json("""
            {"size":1,"color":"red","parts":[{"id":"x","n":3}],"free":{"any":{"thing":1}},"notes":{"k":"v"},"port":"http","maybe":null,"deep":{"on":true}}
            """)));
        made.Body!["other"].ShouldBeNull();
        made.Warnings.Order().ShouldBe(
            ["299 - \"unknown field \\\"other\\\"\"", "299 - \"unknown field \\\"spec.extra\\\"\"", "299 - \"unknown field \\\"spec.parts[0].odd\\\"\""]);
        made["metadata"]["generation"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Strict_validation_refuses_unknown_fields_and_ignore_says_nothing()
    {
        await using TestDefinition definition = await TestDefinition.WithSchemaAsync(cluster.Api, Schema);
        string path = definition.Objects(await cluster.NewNamespaceAsync());
        JsonObject widget = definition.Widget("a", """{"spec":{"size":1,"extra":1}}""");

        RawAnswer strict = await cluster.Api.PostAsync($"{path}?fieldValidation=Strict", widget);
        RawAnswer ignored = await cluster.Api.PostAsync($"{path}?fieldValidation=Ignore", widget);

        strict.ShouldBeRefused(
            400, "BadRequest",
            "Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: unknown field \"spec.extra\"");
        ignored.ShouldBeDone(201).Warnings.ShouldBeEmpty();
    }

    /// <summary>The spec of a widget, and what it is refused for; null where it is taken.</summary>
    private static readonly (string Spec, string? Cause)[] Checked =
    [
        ("""{}""", "spec.size: FieldValueRequired: Required value"),
        ("""{"size":0}""", "spec.size: FieldValueInvalid: Invalid value: 0: spec.size in body should be greater than or equal to 1"),
        ("""{"size":11}""", "spec.size: FieldValueInvalid: Invalid value: 11: spec.size in body should be less than or equal to 10"),
        ("""{"size":"1"}""", "spec.size: FieldValueTypeInvalid: Invalid value: \"string\": spec.size in body must be of type integer: \"string\""),
        ("""{"size":1,"color":"green"}""", "spec.color: FieldValueNotSupported: Unsupported value: \"green\": supported values: \"red\", \"blue\""),
        ("""{"size":1,"name":"A1"}""", "spec.name: FieldValueInvalid: Invalid value: \"A1\": spec.name in body should match '^[a-z]+$'"),
        ("""{"size":1,"name":"abcdefg"}""", "spec.name: FieldValueTooLong: Too long: may not be more than 5 bytes"),
        ("""{"size":1,"name":"a"}""", "spec.name: FieldValueInvalid: Invalid value: \"a\": spec.name in body should be at least 2 chars long"),
        ("""{"size":1,"when":"noon"}""", "spec.when: FieldValueTypeInvalid: Invalid value: \"noon\": spec.when in body must be of type date-time: \"noon\""),
        ("""{"size":1,"port":true}""", "spec.port: FieldValueTypeInvalid: Invalid value: \"boolean\": spec.port in body must be of type integer,string: \"boolean\""),
        ("""{"size":1,"tags":["a","b","c"]}""", "spec.tags: FieldValueTooMany: Too many: 3: must have at most 2 items"),
        ("""{"size":1,"tags":["a","a"]}""", "spec.tags[1]: FieldValueDuplicate: Duplicate value: \"a\""),
        ("""{"size":1,"parts":[{"id":"x"},{"id":"x"}]}""", "spec.parts[1]: FieldValueDuplicate: Duplicate value: {\"id\":\"x\"}"),
        ("""{"size":1,"notes":{"k":1}}""", "spec.notes.k: FieldValueTypeInvalid: Invalid value: \"integer\": spec.notes.k in body must be of type string: \"integer\""),
        ("""{"size":1,"name":null}""", null),
    ];

    [Fact]
    public async Task Validation_names_each_field_as_the_server_does()
    {
        await using TestDefinition definition = await TestDefinition.WithSchemaAsync(cluster.Api, Schema);
        string path = definition.Objects(await cluster.NewNamespaceAsync());

        foreach ((string spec, string? cause) in Checked)
        {
            RawAnswer answer = await cluster.Api.PostAsync($"{path}?dryRun=All", definition.Widget("a", $$$"""{"spec":{{{spec}}} }"""));
            answer.Code.ShouldBe(cause is null ? 201 : 422, answer.Text);
            if (cause is null)
                continue;
            answer.Reason.ShouldBe("Invalid");
            answer.Causes().ShouldBe([cause]);
            string[] parts = cause.Split(": ", 3);
            answer.Message.ShouldBe($"Widget.{definition.Group} \"a\" is invalid: {parts[0]}: {parts[2]}");
            ((string?)answer["details"]["group"], (string?)answer["details"]["kind"]).ShouldBe((definition.Group, "Widget"));
        }
    }

    [Fact]
    public async Task A_null_that_is_not_allowed_is_as_if_it_were_not_there()
    {
        await using TestDefinition definition = await TestDefinition.WithSchemaAsync(cluster.Api, Schema);
        string path = definition.Objects(await cluster.NewNamespaceAsync());

        RawAnswer made = await cluster.Api.CreateAsync(
            path, definition.Widget("a", """{"spec":{"size":1,"name":null,"color":null,"maybe":null,"notes":{"k":null}}}"""));

        Answers.Sorted(made["spec"]).ShouldBe(Answers.Sorted(Answers.Json(
            """{"size":1,"color":"red","maybe":null,"notes":{},"deep":{"on":true}}""")));
    }

    [Fact]
    public async Task The_status_subresource_writes_the_status_only_and_leaves_the_generation()
    {
        await using TestDefinition definition = await TestDefinition.WithSchemaAsync(
            cluster.Api, Schema, """{"subresources":{"status":{}}}""");
        string path = definition.Objects(await cluster.NewNamespaceAsync());
        RawAnswer made = await cluster.Api.CreateAsync(
            path, definition.Widget("a", """{"spec":{"size":1},"status":{"phase":"Forged"}}"""));

        RawAnswer status = await cluster.Api.PatchAsync($"{path}/a/status", Answers.Json("""{"spec":{"size":9},"status":{"phase":"Ready"}}"""));
        RawAnswer spec = await cluster.Api.PatchAsync($"{path}/a", Answers.Json("""{"spec":{"size":2},"status":{"phase":"Forged"}}"""));

        made.Body!["status"].ShouldBeNull();
        (status["spec"]["size"]!.GetValue<int>(), status["status"]["phase"]!.ToString()).ShouldBe((1, "Ready"));
        status["metadata"]["generation"]!.GetValue<int>().ShouldBe(1);
        (spec["spec"]["size"]!.GetValue<int>(), spec["status"]["phase"]!.ToString()).ShouldBe((2, "Ready"));
        spec["metadata"]["generation"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task The_scale_subresource_reads_and_writes_by_the_paths_of_the_definition()
    {
        await using TestDefinition definition = await TestDefinition.WithSchemaAsync(
            cluster.Api, Schema,
            """{"subresources":{"status":{},"scale":{"specReplicasPath":".spec.size","statusReplicasPath":".status.replicas","labelSelectorPath":".status.selector"}}}""");
        string path = definition.Objects(await cluster.NewNamespaceAsync());
        await cluster.Api.CreateAsync(path, definition.Widget("a", """{"spec":{"size":1}}"""));
        await cluster.Api.PatchAsync($"{path}/a/status", Answers.Json("""{"status":{"replicas":4,"selector":"app=a"}}"""));

        RawAnswer scale = await cluster.Api.GetAsync($"{path}/a/scale");
        RawAnswer scaled = await cluster.Api.PatchAsync($"{path}/a/scale", Answers.Json("""{"spec":{"replicas":3}}"""));

        (scale["apiVersion"].ToString(), scale["kind"].ToString()).ShouldBe(("autoscaling/v1", "Scale"));
        scale["spec"].ToJsonString().ShouldBe("""{"replicas":1}""");
        scale["status"].ToJsonString().ShouldBe("""{"replicas":4,"selector":"app=a"}""");
        scaled["spec"]["replicas"]!.GetValue<int>().ShouldBe(3);
        (await cluster.Api.GetAsync($"{path}/a"))["spec"]["size"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task A_table_has_the_columns_of_the_definition()
    {
        await using TestDefinition definition = await TestDefinition.WithSchemaAsync(
            cluster.Api, Schema,
            """
            {"additionalPrinterColumns":[
              {"name":"Size","type":"integer","jsonPath":".spec.size","description":"How big"},
              {"name":"Color","type":"string","jsonPath":".spec.color","priority":1},
              {"name":"Parts","type":"string","jsonPath":".spec.parts[*].id"},
              {"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}]}
            """);
        string path = definition.Objects(await cluster.NewNamespaceAsync());
        await cluster.Api.CreateAsync(path, definition.Widget("a", """{"spec":{"size":1,"parts":[{"id":"x"},{"id":"y"}]}}"""));

        RawAnswer table = await cluster.Api.GetAsync(path, "application/json;as=Table;v=v1;g=meta.k8s.io");

        table["kind"].ToString().ShouldBe("Table");
        table["columnDefinitions"].AsArray().Select(c => $"{c!["name"]}/{c["type"]}/{c["format"]}/{c["priority"]}")
            .ShouldBe(["Name/string/name/0", "Size/integer//0", "Color/string//1", "Parts/string//0", "Age/date//0"]);
        table["columnDefinitions"][1]!["description"]!.ToString().ShouldBe("How big");
        JsonArray cells = table["rows"][0]!["cells"]!.AsArray();
        cells.ToJsonString().ShouldStartWith("""["a",1,"red","x",""");
        cells[4]!.ToString().ShouldEndWith("s");
        table["rows"][0]!["object"]!["kind"]!.ToString().ShouldBe("PartialObjectMetadata");
    }

    [Fact]
    public async Task A_strategic_patch_of_a_custom_resource_is_an_unsupported_media_type()
    {
        await using TestDefinition definition = await TestDefinition.WithSchemaAsync(cluster.Api, Schema);
        string path = definition.Objects(await cluster.NewNamespaceAsync());
        await cluster.Api.CreateAsync(path, definition.Widget("a", """{"spec":{"size":1}}"""));

        RawAnswer refused = await cluster.Api.PatchAsync(
            $"{path}/a", Answers.Json("""{"spec":{"size":2}}"""), "application/strategic-merge-patch+json");

        refused.ShouldBeRefused(
            415, "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: "
            + "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
    }
}
