using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Contract;

namespace NodeGuard.Api.Tests.Fleet;

/// <summary>Small objects of NodeGuard's own kinds.</summary>
internal static class FleetObjects
{
    public const string Policies = "/apis/nodeguard.io/v1alpha1/nodepolicies";
    public const string Recycles = "/apis/nodeguard.io/v1alpha1/noderecycles";
    public const string Guarded = "/apis/nodeguard.io/v1alpha1/guardednodes";
    public const string Fleets = "/apis/nodeguard.io/v1alpha1/fleets";

    // Selects no node of any cluster: a controller that happens to run has nothing to do.
    private const string Nobody = "\"nodeSelector\":{\"matchLabels\":{\"nodeguard-tests/nobody\":\"\"}}";

    /// <param name="more">Further fields of the spec, as JSON without braces.</param>
    public static JsonObject Policy(string name, string more = "") => Object("NodePolicy", name, $"{{{Nobody}{(more.Length > 0 ? "," : "")}{more}}}");

    public static JsonObject Recycle(string name, string more) => Object("NodeRecycle", name, $"{{{more}}}");

    public static JsonObject GuardedNode(string name, string spec = "{}") => Object("GuardedNode", name, spec);

    public static JsonObject Fleet(string spec, string name = "cluster") => Object("Fleet", name, spec);

    public static string NewName(string prefix) => $"{prefix}-{Guid.NewGuid().ToString("N")[..8]}";

    private static JsonObject Object(string kind, string name, string spec) => new()
    {
        ["apiVersion"] = "nodeguard.io/v1alpha1",
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = Answers.Json(spec),
    };
}
