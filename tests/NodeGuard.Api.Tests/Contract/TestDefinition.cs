using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>A CustomResourceDefinition of a group of its own, gone at the end of the test.</summary>
internal sealed class TestDefinition : IAsyncDisposable
{
    private const string Crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private readonly RawApi _api;

    private TestDefinition(RawApi api) => _api = api;

    public string Group { get; } = $"g{Guid.NewGuid().ToString("N")[..8]}.nodeguard-tests.io";

    public string Name => $"widgets.{Group}";

    public string Path => $"{Crds}/{Name}";

    /// <summary>What was answered to the creation.</summary>
    public RawAnswer Answer { get; private set; } = null!;

    /// <summary>Of one version v1, with this schema of the object and more fields of the version.</summary>
    public static async Task<TestDefinition> WithSchemaAsync(RawApi api, string properties, string version = "{}", string scope = "Namespaced")
    {
        JsonNode v1 = Answers.Json(version);
        v1["name"] = "v1";
        v1["served"] = true;
        v1["storage"] = true;
        v1["schema"] = new JsonObject { ["openAPIV3Schema"] = Answers.Json($$$"""{"type":"object","properties":{{{properties}}}}""") };
        TestDefinition definition = await PostAsync(api, new JsonArray(v1), scope);
        await definition.ServedAsync();
        return definition;
    }

    /// <summary>Whatever the answer is.</summary>
    public static async Task<TestDefinition> PostAsync(
        RawApi api, JsonArray versions, string scope = "Namespaced", Action<JsonNode>? change = null)
    {
        var definition = new TestDefinition(api);
        JsonNode crd = definition.Json(versions, scope);
        change?.Invoke(crd);
        definition.Answer = await api.PostAsync(Crds, crd);
        return definition;
    }

    public string Objects(string @namespace, string version = "v1") =>
        @namespace.Length == 0 ? $"/apis/{Group}/{version}/widgets" : $"/apis/{Group}/{version}/namespaces/{@namespace}/widgets";

    public JsonObject Widget(string name, string fields = "{}", string version = "v1")
    {
        var widget = new JsonObject
        {
            ["apiVersion"] = $"{Group}/{version}",
            ["kind"] = "Widget",
            ["metadata"] = new JsonObject { ["name"] = name },
        };
        foreach ((string field, JsonNode? value) in Answers.Json(fields).AsObject())
            widget[field] = value?.DeepClone();
        return widget;
    }

    /// <summary>Waits until the resource answers.</summary>
    public async Task ServedAsync(string version = "v1")
    {
        Answer.ShouldBeDone(201);
        await Until.AnswerAsync(() => _api.GetAsync(Objects("", version)), a => a.Code == 200, $"{Name} is served");
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DeleteAsync(Path);
        await Until.GoneAsync(_api, Path);
    }

    private JsonObject Json(JsonArray versions, string scope) => new()
    {
        ["apiVersion"] = "apiextensions.k8s.io/v1",
        ["kind"] = "CustomResourceDefinition",
        ["metadata"] = new JsonObject { ["name"] = Name },
        ["spec"] = new JsonObject
        {
            ["group"] = Group,
            ["scope"] = scope,
            ["names"] = new JsonObject
            {
                ["plural"] = "widgets",
                ["singular"] = "widget",
                ["kind"] = "Widget",
                ["shortNames"] = new JsonArray("wg"),
                ["categories"] = new JsonArray("nodeguard-tests"),
            },
            ["versions"] = versions,
        },
    };
}
