using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Rbac;

/// <summary>A binding that reaches a user, with the rules that it gives.</summary>
/// <param name="Why">In the words of the server's audit: which binding of which role.</param>
public sealed record Grant(string Why, IReadOnlyList<JsonNode?> Rules);

/// <summary>Decides from the roles and bindings in the store. Members of system:masters may do everything.</summary>
public sealed class RbacAuthorizer(Cluster cluster)
{
    private const string Masters = "system:masters";
    private const string Group = "rbac.authorization.k8s.io";

    /// <summary>Null lets the request through.</summary>
    public ApiStatus? Authorize(ApiRequest request)
    {
        var question = AccessQuestion.Of(request);
        return Allows(question, out _) ? null : question.Forbidden();
    }

    /// <param name="question">Who wants to do what.</param>
    /// <param name="why">Which binding allows it; empty for masters and refusals.</param>
    public bool Allows(AccessQuestion question, out string why)
    {
        why = "";
        if (question.User.Groups.Contains(Masters))
            return true;
        foreach (Grant grant in Grants(question.User, question.Namespace))
        {
            if (grant.Rules.Any(r => PolicyRules.Allows(r, question)))
            {
                why = $"RBAC: allowed by {grant.Why}";
                return true;
            }
        }

        return false;
    }

    /// <summary>What a user has at the cluster scope and, unless it is empty, in a namespace.</summary>
    public IEnumerable<Grant> Grants(UserInfo user, string @namespace)
    {
        foreach (StoredObject binding in Snapshot("clusterrolebindings").Objects())
        {
            if (PolicyRules.Binds(binding.Value, user))
                yield return new Grant(Why(binding.Value, user, "ClusterRoleBinding"), Rules(binding.Value, ""));
        }

        if (@namespace.Length == 0)
            yield break;
        foreach (StoredObject binding in Snapshot("rolebindings").Objects(@namespace))
        {
            if (PolicyRules.Binds(binding.Value, user))
                yield return new Grant(Why(binding.Value, user, "RoleBinding"), Rules(binding.Value, @namespace));
        }
    }

    private IReadOnlyList<JsonNode?> Rules(JsonObject binding, string @namespace)
    {
        string name = binding.Text("roleRef", "name") ?? "";
        StoredObject? role = binding.Text("roleRef", "kind") == "ClusterRole"
            ? cluster.Store.Get($"clusterroles.{Group}", name)
            : cluster.Store.Get($"roles.{Group}", StoredObject.KeyOf(@namespace, name));
        return [.. role?.Value.Items("rules") ?? []];
    }

    private static string Why(JsonObject binding, UserInfo user, string kind)
    {
        string name = binding.Text("metadata", "namespace") is { } @namespace
            ? $"{binding.Text("metadata", "name")}/{@namespace}"
            : binding.Text("metadata", "name")!;
        JsonNode? subject = binding.Items("subjects").FirstOrDefault(s =>
            PolicyRules.Binds(new JsonObject { ["metadata"] = binding["metadata"]!.DeepClone(), ["subjects"] = new JsonArray(s!.DeepClone()) }, user));
        string who = subject.Text("kind") == "ServiceAccount"
            ? $"{subject.Text("name")}/{subject.Text("namespace")}"
            : subject.Text("name") ?? "";
        return $"{kind} \"{name}\" of {binding.Text("roleRef", "kind")} \"{binding.Text("roleRef", "name")}\" to {subject.Text("kind")} \"{who}\"";
    }

    private Snapshot Snapshot(string plural) => cluster.Store.Snapshot($"{plural}.{Group}");
}
