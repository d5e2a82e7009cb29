using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;
using Shouldly;
using Xunit;
using YamlDotNet.Core;

namespace NodeGuard.Sandbox.Tests.Fuzz;

/// <summary>Bodies that are broken: never a crash, never a hang, and the message names the place.</summary>
public sealed class BodyFuzzTests
{
    private const string Pod = """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"a":"1"},"finalizers":["x/y"],"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n","uid":"u"}]},
         "spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}],"resources":{"requests":{"cpu":"1"}}}],"tolerations":[{"key":"k","operator":"Exists"}]},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}
        """;

    private const string Yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: &m\n  name: a\n  labels: {x: '1', y: \"2\"}\ndata:\n  k: |\n    text\n  n: 0x1F\nother: *m\n";

    private static readonly string[] Paths =
    [
        "/api/v1/namespaces/default/pods", "/api/v1/namespaces/default/configmaps", "/api/v1/nodes", "/api/v1/namespaces",
        "/apis/apps/v1/namespaces/default/deployments", "/apis/batch/v1/namespaces/default/jobs",
        "/apis/policy/v1/namespaces/default/poddisruptionbudgets", "/apis/coordination.k8s.io/v1/namespaces/default/leases",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
        "/apis/authentication.k8s.io/v1/tokenreviews", "/api/v1/namespaces/default/serviceaccounts/default/token",
        "/api/v1/namespaces/default/pods/p/eviction", "/api/v1/namespaces/default/pods/p/binding",
        "/apis/events.k8s.io/v1/namespaces/default/events", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        "/apis/storage.k8s.io/v1/csinodes", "/api/v1/namespaces/default/services", "/api/v1/namespaces/default/secrets",
    ];

    [Fact]
    public void Broken_json_is_refused_with_line_and_byte()
    {
        int refused = 0;
        for (int seed = 0; seed < FuzzScale.Cases(2000); seed++)
        {
            byte[] body = new RandomJson(seed).Mutate(Pod);
            JsonBody.Parse(body, [], out string? error);
            if (error is null)
                continue;
            refused++;
            (error.Contains("line", StringComparison.Ordinal) || error.Contains("UTF-8", StringComparison.Ordinal)).ShouldBeTrue(error);
        }

        refused.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void Broken_yaml_is_refused_with_its_place()
    {
        int refused = 0;
        for (int seed = 0; seed < FuzzScale.Cases(1000); seed++)
        {
            string text = Encoding.UTF8.GetString(new RandomJson(seed).Mutate(Yaml));
            try
            {
                YamlBody.Documents(text);
            }
            catch (YamlException e)
            {
                refused++;
                e.Message.ShouldNotBeEmpty();
                e.Start.Line.ShouldBeGreaterThanOrEqualTo(0);
            }
        }

        refused.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Yaml_that_grows_by_its_aliases_is_refused_before_it_fills_the_memory()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 20; i++)
        {
            string before = $"*a{i - 1}";
            text.Append(null, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat(before, 10))}]\n");
        }

        Should.Throw<YamlException>(() => YamlBody.Documents(text.ToString())).Message.ShouldContain("too large");
    }

    [Fact]
    public void Json_that_is_nested_too_deeply_is_refused()
    {
        JsonBody.Parse(Encoding.UTF8.GetBytes(new string('[', 100_000)), [], out string? error);

        error.ShouldNotBeNull().ShouldContain("line 1");
    }

    [Fact]
    public async Task Json_of_more_maps_and_lists_than_a_real_server_could_store_is_refused()
    {
        await using var server = new FuzzedServer();
        byte[] body = Encoding.UTF8.GetBytes("{\"spec\":{\"containers\":[" + string.Join(',', Enumerable.Repeat("{}", 900_000)) + "]}}");

        (int code, string text) = await server.SendAsync("POST", "/api/v1/namespaces/default/pods", "application/json", body);

        code.ShouldBe(400);
        text.ShouldContain("more than 200000 maps and lists, the next at byte");
    }

    [Fact]
    public async Task Any_body_to_any_resource_is_answered_and_a_refusal_says_why()
    {
        await using var server = new FuzzedServer();
        int made = 0;
        int refused = 0;
        for (int seed = 0; seed < FuzzScale.Cases(3000); seed++)
        {
            var random = new RandomJson(seed);
            string path = random.Pick(Paths);
            byte[] body = random.Dice.Next(4) switch
            {
                0 => random.Mutate(Pod),
                1 => Encoding.UTF8.GetBytes(Named(random.Map(4), seed).ToJsonString()),
                2 => Encoding.UTF8.GetBytes(Untyped(random.Mutate(JsonNode.Parse(Pod)!)).ToJsonString()),
                _ => Encoding.UTF8.GetBytes(Named(Untyped(random.Mutate(JsonNode.Parse(Pod)!)), seed).ToJsonString()),
            };
            (int code, _) = await server.SendAsync(random.Dice.Next(5) == 0 ? "PUT" : "POST", path, "application/json", body);
            made += code < 300 ? 1 : 0;
            refused += code >= 400 ? 1 : 0;
        }

        made.ShouldBeGreaterThan(50);
        refused.ShouldBeGreaterThan(50);
    }

    [Fact]
    public async Task Any_query_is_answered_and_a_refusal_says_why()
    {
        await using var server = new FuzzedServer();
        string[] names =
        [
            "labelSelector", "fieldSelector", "limit", "continue", "resourceVersion", "resourceVersionMatch", "dryRun", "fieldValidation",
            "propagationPolicy", "gracePeriodSeconds", "fieldManager", "force", "timeoutSeconds",
        ];
        string[] values = ["", "1", "0", "-1", "99999999999999999999", "a=b", "a in (b", "!", "metadata.name=x", "Exact", "All", "eyJ2IjoxfQ", "%00", "a,,b", "()", "a notin ()"];
        for (int seed = 0; seed < FuzzScale.Cases(1500); seed++)
        {
            var random = new RandomJson(seed);
            string query = string.Join('&', Enumerable.Range(0, 1 + random.Dice.Next(3)).Select(_ => $"{random.Pick(names)}={random.Pick(values)}"));
            await server.SendAsync(random.Pick(["GET", "DELETE", "POST"]), $"{random.Pick(Paths)}?{query}", "application/json", "{}"u8.ToArray());
        }
    }

    private static JsonObject Named(JsonNode value, int seed)
    {
        JsonObject map = value as JsonObject ?? [];
        if (map["metadata"] is not JsonObject meta)
            map["metadata"] = meta = [];
        meta["name"] = $"n{seed}";
        return map;
    }

    /// <summary>Without the kind, so that it is taken for the one of the path.</summary>
    private static JsonNode Untyped(JsonNode value)
    {
        if (value is JsonObject map)
        {
            map.Remove("kind");
            map.Remove("apiVersion");
        }

        return value;
    }
}
