using System.Text.Json.Nodes;
using NodeGuard.Kubernetes;

namespace NodeGuard.Generators.Crds;

/// <summary>The files of deploy/crds: one for each of NodeGuard's own kinds.</summary>
public static class CrdFiles
{
    private const string Head = "# Generated from src/NodeGuard.Kubernetes/Models/Fleet by ./build.sh generate.\n";

    public static IEnumerable<(string Name, string Text)> All() =>
    [
        File(ResourceTypes.NodePolicies),
        File(ResourceTypes.NodeRecycles),
        File(ResourceTypes.GuardedNodes),
        File(ResourceTypes.Fleets),
    ];

    private static (string Name, string Text) File<T>(ResourceType<T> type)
        where T : Kubernetes.Models.KubeObject
    {
        JsonObject definition = CrdDefinition.Of(type);
        return ($"{type.Group}_{type.Plural}.yaml", Head + YamlText.Of(definition));
    }
}
