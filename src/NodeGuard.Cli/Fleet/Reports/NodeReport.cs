using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Cli.Fleet.Reports;

/// <summary>What happens to one node next.</summary>
/// <param name="Policy">Null when none selects it, or more than one does.</param>
/// <param name="Reasons">Why it should be recycled; empty when nothing asks for it yet.</param>
/// <param name="StartsNow">Nothing stands against it.</param>
/// <param name="Next">When it is expected to start, where that is known.</param>
/// <param name="Obstacle">The one reason why it does not start now.</param>
/// <param name="Deadline">When it is older than its policy allows.</param>
internal sealed record OutlookReport(
    string Node,
    string? Policy,
    DateTimeOffset BornAt,
    DateTimeOffset? Deadline,
    IReadOnlyList<string> Reasons,
    bool StartsNow,
    DateTimeOffset? Next,
    ObstacleReport? Obstacle,
    string? Image,
    string? Zone,
    bool Ready,
    bool Cordoned)
{
    public static OutlookReport Of(NodeOutlook outlook) => new(
        outlook.Node.Name,
        Text(outlook.Policy),
        outlook.Node.BornAt,
        outlook.Deadline,
        [.. outlook.Reasons.Select(static reason => reason.ToString())],
        outlook.Obstacle is null,
        outlook.Next,
        outlook.Obstacle is { } obstacle ? new ObstacleReport(obstacle.Kind, obstacle.Message) : null,
        outlook.Node.Image,
        Text(outlook.Node.Zone),
        outlook.Node.Ready,
        outlook.Node.Cordoned);

    private static string? Text(string text) => text.Length == 0 ? null : text;
}

internal sealed record ObstacleReport(ObstacleKind Kind, string Message);

/// <summary>-o json of `nodeguard status NODE`: the node in full.</summary>
/// <param name="ReadySince">Since when it is Ready, or not.</param>
/// <param name="Recycle">Under way or waiting.</param>
/// <param name="LastRecycle">The newest that has ended, of a node of this name or one that this node succeeded.</param>
/// <param name="Agent">Null when no agent has ever written.</param>
internal sealed record NodeReport(
    OutlookReport Outlook,
    DateTimeOffset ReadySince,
    IReadOnlyList<TroubleReport> Troubles,
    PolicyReport? Policy,
    string? WantedImage,
    RecycleReport? Recycle,
    RecycleReport? LastRecycle,
    GuardedNodeStatus? Agent);
