using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeGuard.Lab.Tests.Cluster;

internal static class JsonText
{
    /// <summary>The text at a path of names; empty where there is nothing.</summary>
    public static string Text(this JsonNode? node, params string[] path)
    {
        foreach (string name in path)
        {
            node = (node as JsonObject)?[name];
        }

        return node?.ToString() ?? "";
    }

    /// <summary>0 where there is nothing.</summary>
    public static int Number(this JsonNode? node, params string[] path) =>
        int.TryParse(node.Text(path), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    public static IEnumerable<JsonNode> Items(this JsonNode? node, params string[] path)
    {
        foreach (string name in path)
        {
            node = (node as JsonObject)?[name];
        }

        return (node as JsonArray ?? []).Select(static item => item!);
    }
}
