namespace NodeGuard.Core.Fleet.Planning;

/// <summary>The one reason why a node is not started now.</summary>
/// <param name="Detail">Whom or what it is about, as one part of a sentence; may be empty.</param>
public sealed record Obstacle(ObstacleKind Kind, string Detail = "")
{
    /// <summary>One sentence for a person.</summary>
    public string Message => Kind switch
    {
        ObstacleKind.InProgress => $"it is being recycled: {Detail}",
        ObstacleKind.NoPolicy => "no NodePolicy selects it",
        ObstacleKind.Conflict => $"more than one NodePolicy selects it ({Detail}); nothing is done to it until one of them lets go of it",
        ObstacleKind.PolicyUnusable => $"its policy cannot be used: {Detail}",
        ObstacleKind.NothingToDo => "nothing asks for it",
        ObstacleKind.TooYoung => "its time has not come",
        ObstacleKind.Proving => $"it has to prove itself first, in the place of a node that went: {Detail}",
        ObstacleKind.Pace => "nodes of one age are spread, so that they do not go at once",
        ObstacleKind.FleetPaused => "the fleet is paused: nodeguard resume lets it go on",
        ObstacleKind.FleetFrozen => $"the fleet is frozen: {Detail}",
        ObstacleKind.PolicyPaused => $"policy {Detail} is paused",
        ObstacleKind.PolicyFrozen => $"its policy is frozen: {Detail}",
        ObstacleKind.Excluded => $"it is to be left alone: {Detail}",
        ObstacleKind.Leaving => $"it goes away by itself: {Detail}",
        ObstacleKind.CordonedByOthers => "somebody has cordoned it; request a recycle by hand, or uncordon it",
        ObstacleKind.BackingOff => $"it was tried and failed, and is tried again later{(Detail.Length > 0 ? $": {Detail}" : "")}",
        ObstacleKind.WindowClosed => "its windows are closed",
        ObstacleKind.DoesNotFit => "it would not end inside the window that is open",
        ObstacleKind.NeverFits => $"no window is long enough: {Detail}",
        ObstacleKind.Wave => $"an earlier wave comes first: {Detail}",
        ObstacleKind.UpdateHazard => $"updating it may cut it off: {Detail}",
        ObstacleKind.UpdateHalted => $"what is pending has hurt a node: {Detail}",
        ObstacleKind.UpdateWave => $"an earlier wave is updated first: {Detail}",
        ObstacleKind.FleetBudget => $"the fleet's budget is used: {Detail}",
        ObstacleKind.PolicyBudget => $"its policy's budget is used: {Detail}",
        ObstacleKind.ZoneBudget => $"its zone's budget is used: {Detail}",
        ObstacleKind.Spacing => $"starts are spaced: {Detail}",
        ObstacleKind.StartsPerHour => $"enough were started within the hour: {Detail}",
        ObstacleKind.ControlPlane => $"one control-plane node at a time: {Detail}",
        ObstacleKind.EtcdQuorum => $"etcd would lose its quorum: {Detail}",
        _ => $"{Kind}: {Detail}",
    };
}

/// <summary>In the order in which they are looked for: the first one is told.</summary>
public enum ObstacleKind
{
    InProgress,
    Conflict,
    NoPolicy,
    PolicyUnusable,
    Leaving,
    NothingToDo,
    TooYoung,
    Proving,
    FleetPaused,
    FleetFrozen,
    PolicyPaused,
    PolicyFrozen,
    Excluded,
    CordonedByOthers,
    BackingOff,
    NeverFits,
    WindowClosed,
    DoesNotFit,
    Wave,
    UpdateHazard,
    UpdateHalted,
    UpdateWave,
    Pace,
    EtcdQuorum,
    ControlPlane,
    FleetBudget,
    PolicyBudget,
    ZoneBudget,
    Spacing,
    StartsPerHour,
}
