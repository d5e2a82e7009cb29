using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Patches;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Fuzz;

/// <summary>Patches of all kinds that are nearly right.</summary>
public sealed class PatchFuzzTests
{
    private const string Deployment = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","labels":{"a":"1"},"finalizers":["example.com/x"]},
         "spec":{"replicas":1,"selector":{"matchLabels":{"app":"d"}},"template":{"metadata":{"labels":{"app":"d"}},
          "spec":{"containers":[{"name":"c","image":"i","env":[{"name":"A","value":"1"}],"ports":[{"containerPort":80,"protocol":"TCP"}]},{"name":"e","image":"j"}],
           "tolerations":[{"key":"k","operator":"Exists"}],"volumes":[{"name":"v","emptyDir":{}}]}}}}
        """;

    private static readonly string[] Operations = ["add", "remove", "replace", "move", "copy", "test", "other"];

    private static readonly string[] Pointers =
    [
        "", "/", "/metadata", "/metadata/labels/a", "/metadata/labels/b~1c", "/spec/template/spec/containers/0", "/spec/template/spec/containers/-",
        "/spec/template/spec/containers/01", "/spec/template/spec/containers/99", "/spec/template/spec/containers/0/image", "no-slash", "/~2", "/spec/replicas/0",
    ];

    [Fact]
    public void A_json_patch_gives_a_value_or_names_the_operation()
    {
        int applied = 0;
        int failed = 0;
        for (int seed = 0; seed < FuzzScale.Cases(3000); seed++)
        {
            var random = new RandomJson(seed);
            JsonNode target = JsonNode.Parse(Deployment)!;
            JsonNode? result = JsonPatch.Apply(target, Patch(random), out string? error);
            JsonNode.DeepEquals(target, JsonNode.Parse(Deployment)).ShouldBeTrue("the target is never changed");
            applied += error is null ? 1 : 0;
            if (error is null)
                continue;
            failed++;
            result.ShouldBeNull();
            error.ShouldStartWith("operation ");
        }

        applied.ShouldBeGreaterThan(50);
        failed.ShouldBeGreaterThan(50);
    }

    [Fact]
    public void A_merge_patch_of_the_difference_gives_the_other_document()
    {
        for (int seed = 0; seed < FuzzScale.Cases(1000); seed++)
        {
            var random = new RandomJson(seed);
            JsonNode patch = random.Map(3);
            JsonNode once = MergePatch.Apply(JsonNode.Parse(Deployment), patch)!;

            // RFC 7386: a patch leaves nothing to do for itself.
            JsonNode.DeepEquals(MergePatch.Apply(once, patch), once).ShouldBeTrue($"seed {seed}");
        }
    }

    [Fact]
    public async Task Any_patch_over_the_api_is_answered_and_leaves_an_object_that_can_be_read_and_deleted()
    {
        await using var server = new FuzzedServer();
        const string Path = "/apis/apps/v1/namespaces/default/deployments";
        var done = new Dictionary<string, int>();
        for (int seed = 0; seed < FuzzScale.Cases(2000); seed++)
        {
            var random = new RandomJson(seed);
            string name = $"d{seed % 7}";
            JsonNode deployment = JsonNode.Parse(Deployment)!;
            deployment["metadata"]!["name"] = name;
            await server.SendAsync("POST", Path, "application/json", Bytes(deployment));
            string type = random.Pick<string>([PatchRequest.Json, PatchRequest.Merge, PatchRequest.Strategic]);
            JsonNode patch = type == PatchRequest.Json ? Patch(random)
                : random.Dice.Next(3) == 0 ? random.Map(3)
                : random.Mutate(JsonNode.Parse(Deployment)!);
            if (patch is JsonObject fields && random.Dice.Next(2) == 0)
                fields.Remove("metadata");
            string sub = random.Pick(["", "", "", "/status", "/scale"]);
            (int code, _) = await server.SendAsync("PATCH", $"{Path}/{name}{sub}", type, Bytes(patch));
            if (code < 300)
                done[type] = done.GetValueOrDefault(type) + 1;
            (await server.SendAsync("GET", $"{Path}/{name}", "application/json", [])).Code.ShouldBe(200);
            (await server.SendAsync("GET", $"{Path}?labelSelector=a", "application/json", [])).Code.ShouldBe(200);
        }

        done.Keys.ShouldBe([PatchRequest.Json, PatchRequest.Merge, PatchRequest.Strategic], ignoreOrder: true);
    }

    [Theory]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}""", "name")]
    [InlineData("""{"spec":{"$patch":"never"}}""", "$patch")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":["x"]}}}}""", "name")]
    public async Task A_strategic_patch_that_cannot_be_applied_says_what_is_wrong_in_it(string patch, string place)
    {
        await using var server = new FuzzedServer();
        const string Path = "/apis/apps/v1/namespaces/default/deployments";
        await server.SendAsync("POST", Path, "application/json", Encoding.UTF8.GetBytes(Deployment));

        (int code, string text) = await server.SendAsync("PATCH", Path + "/d", PatchRequest.Strategic, Encoding.UTF8.GetBytes(patch));

        code.ShouldBeGreaterThanOrEqualTo(400);
        ((string)JsonNode.Parse(text)!["message"]!).ShouldContain(place);
    }

    private static byte[] Bytes(JsonNode value) => Encoding.UTF8.GetBytes(value.ToJsonString());

    private static JsonNode Patch(RandomJson random)
    {
        var patch = new JsonArray();
        for (int i = 1 + random.Dice.Next(3); i > 0; i--)
        {
            var operation = new JsonObject { ["op"] = random.Pick(Operations), ["path"] = random.Pick(Pointers) };
            if (random.Dice.Next(5) > 0)
                operation["value"] = random.Value(2);
            if (random.Dice.Next(2) > 0)
                operation["from"] = random.Pick(Pointers);
            patch.Add((JsonNode)operation);
        }

        return random.Dice.Next(10) == 0 ? random.Mutate(patch) : patch;
    }
}
