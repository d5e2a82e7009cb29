using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeGuard.Lab.Tests.Cluster;

/// <summary>What a NodeRecycle tells of the update of its node.</summary>
/// <param name="Asked">Whether the node's agent was asked.</param>
/// <param name="Packages">"name version" of each that the agent was asked for.</param>
internal sealed record UpdateRecycle(
    string Node, string Phase, DateTimeOffset? Started, DateTimeOffset? Finished, bool Asked, IReadOnlyList<string> Packages, string Message)
{
    public static UpdateRecycle Of(JsonNode recycle) => new(
        recycle.Text("spec", "nodeName"),
        recycle.Text("status", "phase"),
        Time(recycle.Text("status", "startedAt")),
        Time(recycle.Text("status", "finishedAt")),
        recycle.Text("status", "replacement", "requestedAt").Length > 0,
        [.. recycle.Items("status", "replacement", "updates").Select(static package => $"{package.Text("name")} {package.Text("version")}")],
        recycle.Text("status", "message"));

    private static DateTimeOffset? Time(string text) => text.Length == 0 ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
