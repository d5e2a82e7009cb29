using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Scheduling;

/// <summary>
/// Required pod anti-affinity and hard topology spread, within the pod's own namespace; pod affinity is not simulated.
/// </summary>
internal static class Neighbours
{
    public static string? WhyNot(JsonObject pod, JsonObject node, ClusterView view)
    {
        JsonObject[] apart = [.. pod.Items("spec", "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")];
        JsonObject[] spread =
        [
            .. pod.Items("spec", "topologySpreadConstraints").Where(constraint => constraint.Text("whenUnsatisfiable") != "ScheduleAnyway"),
        ];
        return apart.Any(term => CountIn(term, pod, node, view) > 0) ? "node(s) didn't match pod anti-affinity rules"
            : spread.Any(constraint => !Balanced(constraint, pod, node, view)) ? "node(s) didn't match pod topology spread constraints"
            : null;
    }

    private static bool Balanced(JsonObject constraint, JsonObject pod, JsonObject node, ClusterView view)
    {
        string key = constraint.Text("topologyKey");
        JsonObject[] eligible = [.. view.All(Kind.Node).Where(other => Domain(other, key).Length > 0 && NodeFit.MatchesSelectors(pod, other))];
        if (Domain(node, key).Length == 0)
        {
            return false;
        }

        int least = eligible.DistinctBy(other => Domain(other, key)).Select(other => CountIn(constraint, pod, other, view)).DefaultIfEmpty(0).Min();
        return CountIn(constraint, pod, node, view) + 1 - least <= (constraint.Number("maxSkew") ?? 1);
    }

    private static int CountIn(JsonObject term, JsonObject pod, JsonObject node, ClusterView view)
    {
        string key = term.Text("topologyKey");
        string domain = Domain(node, key);
        return domain.Length == 0 ? 0 : view.All(Kind.Node).Where(other => Domain(other, key) == domain)
            .SelectMany(other => view.PodsOn(other.Name()))
            .Count(other => other.Namespace() == pod.Namespace() && PodState.IsActive(other)
                && LabelSelector.Matches(term.At("labelSelector"), other));
    }

    private static string Domain(JsonObject node, string key) => node.Text("metadata", "labels", key);
}
