using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Housekeeping;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Selectors;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Rbac;

/// <summary>Fills cluster roles with an aggregationRule from those that it selects.</summary>
public sealed class RoleAggregation(Cluster cluster) : IHousekeeper
{
    private const string Roles = "clusterroles.rbac.authorization.k8s.io";

    private int _changed;

    public void Observe(StoreEvent entry)
    {
        if (entry.Resource == Roles)
            Volatile.Write(ref _changed, 1);
    }

    public bool Reconcile()
    {
        if (Interlocked.Exchange(ref _changed, 0) == 0)
            return false;
        JsonObject[] all = [.. cluster.Store.Snapshot(Roles).Objects().Select(o => o.Value)];
        foreach (JsonObject role in all.Where(r => r.Child("aggregationRule") is not null))
        {
            JsonArray rules = RulesOf(role, all);
            if (!JsonNode.DeepEquals(rules, role["rules"]))
                Write(role.Text("metadata", "name")!, rules);
        }

        return true;
    }

    /// <summary>The rules of the selected roles, by the order of their names, each once.</summary>
    internal static JsonArray RulesOf(JsonObject role, IEnumerable<JsonObject> all)
    {
        var rules = new JsonArray();
        LabelSelector[] selectors =
            [.. role.Items("aggregationRule", "clusterRoleSelectors").Select(LabelSelector.FromJson).OfType<LabelSelector>()];
        IEnumerable<JsonNode?> selected = all
            .Where(other => other.Text("metadata", "name") != role.Text("metadata", "name") && selectors.Any(s => s.Matches(other)))
            .OrderBy(other => other.Text("metadata", "name"), StringComparer.Ordinal)
            .SelectMany(other => other.Items("rules"));
        foreach (JsonNode? rule in selected)
        {
            if (!rules.Any(r => JsonNode.DeepEquals(r, rule)))
                rules.Add(rule?.DeepClone());
        }

        return rules;
    }

    private void Write(string name, JsonArray rules) => cluster.Write.Update(
        new ApiRequest
        {
            Verb = "update",
            Resource = cluster.Resources.Get("rbac.authorization.k8s.io", "v1", "clusterroles"),
            Name = name,
            FieldManager = "clusterrole-aggregation-controller",
        },
        current =>
        {
            JsonObject filled = current.Clone();
            filled["rules"] = rules.DeepClone();
            return filled;
        });
}
