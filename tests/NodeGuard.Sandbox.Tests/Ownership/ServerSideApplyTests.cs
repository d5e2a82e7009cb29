using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Tests.Fuzz;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Ownership;

/// <summary>Applies one after the other, each `MANAGER[!]: SPEC`; `!` is by force. A manager `=` writes it as a plain update.</summary>
public sealed class ServerSideApplyTests
{
    private const string Crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string Widget = "/apis/own.example.com/v1/namespaces/default/widgets/w";

    private const string Schema = """
        {"type":"object","properties":{"spec":{"type":"object","properties":{
          "size":{"type":"integer"},"name":{"type":"string"},"inner":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}},
          "map":{"type":"object","additionalProperties":{"type":"string"}},
          "whole":{"type":"object","x-kubernetes-map-type":"atomic","properties":{"a":{"type":"string"},"b":{"type":"string"}}},
          "list":{"type":"array","items":{"type":"string"}},
          "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
          "parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["id","kind"],
            "items":{"type":"object","required":["id","kind"],"properties":{"id":{"type":"string"},"kind":{"type":"string"},"v":{"type":"integer"},"w":{"type":"integer"}}}}}}}}
        """;

    [Theory]
    [InlineData("two managers own different fields", """{"name":"a","size":1}""", "one: {\"size\":1}", "two: {\"name\":\"a\"}")]
    [InlineData("a field left out goes with its owner", """{"size":1}""", "one: {\"size\":1,\"name\":\"a\"}", "one: {\"size\":1}")]
    [InlineData("a field left out stays while another owns it", """{"name":"a","size":1}""", "one: {\"size\":1,\"name\":\"a\"}", "two: {\"name\":\"a\"}", "one: {\"size\":1}")]
    [InlineData("an object goes with its last field", """{"size":1}""", "one: {\"size\":1,\"inner\":{\"a\":\"x\"}}", "one: {\"size\":1}")]
    [InlineData("each field of an object has its owner", """{"inner":{"b":"y"}}""", "one: {\"inner\":{\"a\":\"x\"}}", "two: {\"inner\":{\"b\":\"y\"}}", "one: {}")]
    [InlineData("each key of a map has its owner", """{"map":{"b":"2"}}""", "one: {\"map\":{\"a\":\"1\"}}", "two: {\"map\":{\"b\":\"2\"}}", "one: {}")]
    [InlineData("an atomic object is taken whole by force", """{"whole":{"b":"y"}}""", "one: {\"whole\":{\"a\":\"x\"}}", "two!: {\"whole\":{\"b\":\"y\"}}")]
    [InlineData("a list is taken whole by force", """{"list":["b"]}""", "one: {\"list\":[\"a\"]}", "two!: {\"list\":[\"b\"]}")]
    [InlineData("each value of a set has its owner", """{"set":["b"]}""", "one: {\"set\":[\"a\"]}", "two: {\"set\":[\"b\"]}", "one: {\"set\":[]}")]
    [InlineData("a value that two have in a set stays for the other", """{"set":["a"]}""", "one: {\"set\":[\"a\"]}", "two: {\"set\":[\"a\"]}", "one: {}")]
    [InlineData("each element by its keys has its owner", """{"parts":[{"id":"x","kind":"q","v":2}]}""", "one: {\"parts\":[{\"id\":\"x\",\"kind\":\"p\",\"v\":1}]}", "two: {\"parts\":[{\"id\":\"x\",\"kind\":\"q\",\"v\":2}]}", "one: {}")]
    [InlineData("two managers share an element", """{"parts":[{"id":"x","kind":"p","w":2}]}""", "one: {\"parts\":[{\"id\":\"x\",\"kind\":\"p\",\"v\":1}]}", "two: {\"parts\":[{\"id\":\"x\",\"kind\":\"p\",\"w\":2}]}", "one: {}")]
    [InlineData("force takes it, and the next apply of the loser that leaves it out leaves it", """{"size":2}""", "one: {\"size\":1}", "two!: {\"size\":2}", "one: {}")]
    [InlineData("what an update took stays when its applier leaves it out", """{"size":5}""", "one: {\"size\":1}", "=hand: {\"size\":5}", "one: {}")]
    [InlineData("what an update set and nobody applied stays", """{"name":"a","size":1}""", "one: {\"size\":1}", "=hand: {\"name\":\"a\"}", "one: {\"size\":1}")]
    public async Task What_applies_leave(string about, string wanted, params string[] steps)
    {
        await using FuzzedServer server = await StartAsync();
        foreach (string step in steps)
        {
            (int code, string text) = await StepAsync(server, step);
            code.ShouldBeLessThan(300, $"{step}\n{text}");
        }

        (int _, string read) = await server.SendAsync("GET", Widget, "application/json", []);
        Sorted(JsonNode.Parse(read)!["spec"] ?? new JsonObject()).ShouldBe(wanted, about);
    }

    [Theory]
    [InlineData("another value of another's field", ".spec.size", "one: {\"size\":1}", "two: {\"size\":2}")]
    [InlineData("two fields", ".spec.name .spec.size", "one: {\"size\":1,\"name\":\"a\"}", "two: {\"size\":2,\"name\":\"b\"}")]
    [InlineData("an atomic object", ".spec.whole", "one: {\"whole\":{\"a\":\"x\"}}", "two: {\"whole\":{\"b\":\"y\"}}")]
    [InlineData("a list", ".spec.list", "one: {\"list\":[\"a\"]}", "two: {\"list\":[\"a\",\"b\"]}")]
    [InlineData("a field of an element", """.spec.parts[id="x",kind="p"].v""", "one: {\"parts\":[{\"id\":\"x\",\"kind\":\"p\",\"v\":1}]}", "two: {\"parts\":[{\"id\":\"x\",\"kind\":\"p\",\"v\":2}]}")]
    [InlineData("a key of a map", ".spec.map.a", "one: {\"map\":{\"a\":\"1\"}}", "two: {\"map\":{\"a\":\"2\"}}")]
    [InlineData("what an update took", ".spec.size", "one: {\"size\":1}", "=hand: {\"size\":5}", "one: {\"size\":1}")]
    public async Task What_conflicts_and_changes_nothing(string about, string fields, params string[] steps)
    {
        await using FuzzedServer server = await StartAsync();
        foreach (string step in steps[..^1])
            (await StepAsync(server, step)).Code.ShouldBeLessThan(300);
        (int _, string before) = await server.SendAsync("GET", Widget, "application/json", []);

        (int code, string text) = await StepAsync(server, steps[^1]);

        code.ShouldBe(409, $"{about}: {text}");
        JsonNode.Parse(text)!["details"]!["causes"]!.AsArray().Select(c => (string)c!["field"]!).ShouldBe(fields.Split(' '));
        (await server.SendAsync("GET", Widget, "application/json", [])).Text.ShouldBe(before);
    }

    [Fact]
    public async Task Owners_that_a_client_made_up_break_nothing()
    {
        await using FuzzedServer server = await StartAsync();
        string[] steps = ["f:spec", "f:list", "f:set", "f:parts", "f:map", ".", "x", "", "k:{}", "k:no", "k:{\"id\":\"x\",\"kind\":\"p\"}", "v:\"a\"", "v:", "f:", "f:v"];
        for (int seed = 0; seed < FuzzScale.Cases(300); seed++)
        {
            var random = new RandomJson(seed);
            JsonObject widget = Body("{\"size\":1,\"list\":[\"a\"],\"set\":[\"a\"],\"map\":{\"k\":\"v\"},\"parts\":[{\"id\":\"x\",\"kind\":\"p\",\"v\":1}]}");
            widget["metadata"]!["name"] = $"m{seed}";
            widget["metadata"]!["managedFields"] = new JsonArray(new JsonObject
            {
                ["manager"] = "one",
                ["operation"] = random.Pick(["Apply", "Update", ""]),
                ["apiVersion"] = random.Pick(["own.example.com/v1", "v9", ""]),
                ["fieldsV1"] = Any(random, steps, 5),
            });
            string path = Widget[..^1] + $"m{seed}";
            await server.SendAsync("POST", path[..path.LastIndexOf('/')], "application/json", Utf8(widget));
            await server.SendAsync("PUT", path, "application/json", Utf8(widget));
            JsonObject config = Body(random.Pick(["{}", "{\"size\":2}", "{\"list\":[\"b\"]}", "{\"parts\":[]}"]));
            config["metadata"]!["name"] = $"m{seed}";
            await server.SendAsync("PATCH", $"{path}?fieldManager=one", "application/apply-patch+yaml", Utf8(config));
            await server.SendAsync("PATCH", $"{path}?fieldManager=two&force=true", "application/apply-patch+yaml", Utf8(config));
            (await server.SendAsync("GET", path, "application/json", [])).Code.ShouldBe(200);
        }
    }

    private static async Task<FuzzedServer> StartAsync()
    {
        var server = new FuzzedServer();
        var definition = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "widgets.own.example.com" },
            ["spec"] = new JsonObject
            {
                ["group"] = "own.example.com",
                ["scope"] = "Namespaced",
                ["names"] = new JsonObject { ["plural"] = "widgets", ["kind"] = "Widget" },
                ["versions"] = new JsonArray(new JsonObject
                {
                    ["name"] = "v1",
                    ["served"] = true,
                    ["storage"] = true,
                    ["schema"] = new JsonObject { ["openAPIV3Schema"] = JsonNode.Parse(Schema) },
                }),
            },
        };
        (await server.SendAsync("POST", Crds, "application/json", Utf8(definition))).Code.ShouldBe(201);
        return server;
    }

    private static Task<(int Code, string Text)> StepAsync(FuzzedServer server, string step)
    {
        string[] parts = step.Split(": ", 2);
        string manager = parts[0].Trim('!', '=');
        string force = parts[0].EndsWith('!') ? "&force=true" : "";
        return parts[0][0] == '='
            ? server.SendAsync("PATCH", $"{Widget}?fieldManager={manager}", "application/merge-patch+json", Utf8(new JsonObject { ["spec"] = JsonNode.Parse(parts[1]) }))
            : server.SendAsync("PATCH", $"{Widget}?fieldManager={manager}{force}", "application/apply-patch+yaml", Utf8(Body(parts[1])));
    }

    private static JsonObject Body(string spec) => new()
    {
        ["apiVersion"] = "own.example.com/v1",
        ["kind"] = "Widget",
        ["metadata"] = new JsonObject { ["name"] = "w" },
        ["spec"] = JsonNode.Parse(spec),
    };

    private static JsonObject Any(RandomJson random, string[] steps, int depth)
    {
        var set = new JsonObject();
        for (int i = depth > 0 ? random.Dice.Next(4) : 0; i > 0; i--)
            set[random.Pick(steps)] = random.Dice.Next(8) == 0 ? random.Value(1) : Any(random, steps, depth - 1);
        return set;
    }

    private static byte[] Utf8(JsonNode value) => Encoding.UTF8.GetBytes(value.ToJsonString());

    // The order of fields says nothing.
    private static string Sorted(JsonNode value) => value is JsonObject map
        ? "{" + string.Join(",", map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"\"{p.Key}\":{Sorted(p.Value!)}")) + "}"
        : value.ToJsonString();
}
