namespace NodeGuard.Core.Fleet;

/// <summary>Types of <c>status.conditions</c> on NodeGuard's own kinds.</summary>
public static class FleetConditions
{
    /// <summary>NodePolicy: it can be carried out as it stands.</summary>
    public const string Accepted = "Accepted";

    /// <summary>NodePolicy and Fleet: nothing new starts.</summary>
    public const string Frozen = "Frozen";

    /// <summary>NodePolicy: the forecast meets every deadline.</summary>
    public const string Feasible = "Feasible";

    /// <summary>NodeRecycle: it holds a slot.</summary>
    public const string Admitted = "Admitted";

    /// <summary>NodeRecycle: no pod that has to go is left.</summary>
    public const string Drained = "Drained";

    /// <summary>NodeRecycle: the machine is another one, or has started again.</summary>
    public const string Replaced = "Replaced";

    /// <summary>NodeRecycle: the node, or its successor, is well.</summary>
    public const string Verified = "Verified";

    /// <summary>GuardedNode: every foreign object that should exist does.</summary>
    public const string RoutesIntact = "RoutesIntact";
}
