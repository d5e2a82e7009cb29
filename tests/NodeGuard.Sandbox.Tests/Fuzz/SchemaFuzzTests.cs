using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Fuzz;

/// <summary>Definitions whose schemas are nearly right, and objects for those that are taken.</summary>
public sealed class SchemaFuzzTests
{
    private const string Crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private const string Spec = """
        {"type":"object","required":["size"],"properties":{"size":{"type":"integer","minimum":1,"multipleOf":2,"default":2},
         "name":{"type":"string","pattern":"^[a-z]+$","maxLength":5,"enum":["a","b"],"nullable":true},"when":{"type":"string","format":"date-time"},
         "port":{"x-kubernetes-int-or-string":true},"ratio":{"type":"number","exclusiveMaximum":true,"maximum":1.5},
         "parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["id"],"items":{"type":"object","required":["id"],"properties":{"id":{"type":"string"}}}},
         "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},"notes":{"type":"object","additionalProperties":{"type":"string"}},
         "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"one":{"type":"integer","oneOf":[{"minimum":5},{"maximum":1}],"not":{"multipleOf":7}}}}
        """;

    private const string Widget = """
        {"size":4,"name":"a","when":"2026-01-01T00:00:00Z","port":"http","ratio":1,"parts":[{"id":"x"}],"tags":["a"],"notes":{"k":"v"},"free":{"a":{"b":[1]}},"one":6}
        """;

    [Fact]
    public async Task Any_schema_is_taken_or_refused_by_field_and_validates_any_object_without_breaking()
    {
        await using var server = new FuzzedServer();
        int taken = 0;
        int refused = 0;
        int objects = 0;
        int invalid = 0;
        for (int seed = 0; seed < FuzzScale.Cases(400); seed++)
        {
            var random = new RandomJson(seed);
            string group = $"g{seed}.example.com";
            JsonNode schema = random.Dice.Next(4) == 0 ? JsonNode.Parse(Spec)! : random.Mutate(JsonNode.Parse(Spec)!);
            (int code, string text) = await server.SendAsync("POST", Crds, "application/json", Bytes(Definition(group, schema)));
            if (code >= 300)
            {
                refused++;
                JsonNode.Parse(text)!["message"]!.ToString().ShouldNotBeEmpty();
                continue;
            }

            taken++;
            string path = $"/apis/{group}/v1/namespaces/default/widgets";
            for (int i = 0; i < 10; i++)
            {
                JsonNode spec = random.Mutate(JsonNode.Parse(Widget)!);
                JsonObject widget = new() { ["metadata"] = new JsonObject { ["name"] = $"w{i}" }, ["spec"] = spec };
                (int made, _) = await server.SendAsync("POST", path, "application/json", Bytes(widget));
                objects += made < 300 ? 1 : 0;
                invalid += made == 422 ? 1 : 0;
                await server.SendAsync("PATCH", $"{path}/w{i}", "application/merge-patch+json", Bytes(random.Map(3)));
                await server.SendAsync("GET", $"{path}/w{i}", "application/json", []);
            }

            (await server.SendAsync("GET", path, "application/json", [])).Code.ShouldBe(200);
            (await server.SendAsync("DELETE", $"{Crds}/widgets.{group}", "application/json", [])).Code.ShouldBe(200);
        }

        new[] { taken, refused, objects, invalid }.ShouldAllBe(n => n > 20);
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("^(([a-z])+.)+[A-Z]([a-z])+$")]
    [InlineData("(.*)*x")]
    public async Task A_pattern_that_could_run_for_ever_does_not(string pattern)
    {
        await using var server = new FuzzedServer();
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["name"] = new JsonObject { ["type"] = "string", ["pattern"] = pattern } },
        };
        (await server.SendAsync("POST", Crds, "application/json", Bytes(Definition("p.example.com", schema)))).Code.ShouldBe(201);
        JsonObject widget = new()
        {
            ["metadata"] = new JsonObject { ["name"] = "w" },
            ["spec"] = new JsonObject { ["name"] = new string('a', 50_000) + "!" },
        };

        (int code, _) = await server.SendAsync("POST", "/apis/p.example.com/v1/namespaces/default/widgets", "application/json", Bytes(widget));

        code.ShouldBe(422);
    }

    private static byte[] Bytes(JsonNode value) => Encoding.UTF8.GetBytes(value.ToJsonString());

    private static JsonObject Definition(string group, JsonNode spec) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = $"widgets.{group}" },
        ["spec"] = new JsonObject
        {
            ["group"] = group,
            ["scope"] = "Namespaced",
            ["names"] = new JsonObject { ["plural"] = "widgets", ["kind"] = "Widget" },
            ["versions"] = new JsonArray(new JsonObject
            {
                ["name"] = "v1",
                ["served"] = true,
                ["storage"] = true,
                ["schema"] = new JsonObject
                {
                    ["openAPIV3Schema"] = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["spec"] = spec } },
                },
            }),
        },
    };
}
