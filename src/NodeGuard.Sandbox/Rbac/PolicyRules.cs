using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Rbac;

/// <summary>How RBAC reads the rules of a role and the subjects of a binding.</summary>
public static class PolicyRules
{
    private const string ServiceAccountPrefix = "system:serviceaccount:";

    public static bool Allows(JsonNode? rule, AccessQuestion question)
    {
        if (!Has(rule, "verbs", question.Verb))
            return false;
        if (question.Path is { } path)
            return rule.Items("nonResourceURLs").Any(u => Matches(u.Text() ?? "", path));
        bool resource = Has(rule, "resources", question.FullResource)
            || (question.Subresource.Length > 0 && Names(rule, "resources").Contains($"*/{question.Subresource}"));
        string[] names = [.. Names(rule, "resourceNames")];
        return resource && Has(rule, "apiGroups", question.Group) && (names.Length == 0 || names.Contains(question.Name));
    }

    /// <param name="binding">A RoleBinding or ClusterRoleBinding.</param>
    /// <param name="user">Who asks.</param>
    public static bool Binds(JsonObject binding, UserInfo user) => binding.Items("subjects").Any(s => s.Text("kind") switch
    {
        "User" => s.Text("name") == user.Name,
        "Group" => user.Groups.Contains(s.Text("name")),
        "ServiceAccount" => user.Name
            == $"{ServiceAccountPrefix}{s.Text("namespace") ?? binding.Text("metadata", "namespace")}:{s.Text("name")}",
        _ => false,
    });

    private static bool Matches(string allowed, string path) =>
        allowed == "*" || allowed == path
        || (allowed.EndsWith('*') && path.StartsWith(allowed[..^1], StringComparison.Ordinal));

    private static bool Has(JsonNode? rule, string list, string value) => Names(rule, list).Any(n => n == "*" || n == value);

    private static IEnumerable<string> Names(JsonNode? rule, string list) => rule.Items(list).Select(n => n.Text() ?? "");
}
