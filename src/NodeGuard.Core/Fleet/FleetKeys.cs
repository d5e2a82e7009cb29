namespace NodeGuard.Core.Fleet;

/// <summary>Names that NodeGuard writes on objects, and looks for on them; those of a drain are in <see cref="Draining.DrainKeys"/>.</summary>
public static class FleetKeys
{
    /// <summary>The API group of NodeGuard's own kinds.</summary>
    public const string Group = "nodeguard.io";

    public const string Version = "v1alpha1";

    public const string ApiVersion = Group + "/" + Version;

    /// <summary>The one Fleet that is read.</summary>
    public const string FleetName = "cluster";

    /// <summary>Taint on a node that is recycled, NoSchedule; its value is the UID of the NodeRecycle that owns it.</summary>
    public const string RecycleTaint = "nodeguard.io/recycle";

    /// <summary>Finalizer on a NodeRecycle: what it did to its node is undone before it goes.</summary>
    public const string UndoFinalizer = "nodeguard.io/undo";

    /// <summary>Annotation on a Node: "true" keeps it out of everything that no person asked for.</summary>
    public const string Exclude = "nodeguard.io/exclude";

    /// <summary>Annotation on a NodePolicy or Fleet: the id of the freeze that a person lifts.</summary>
    public const string Resume = "nodeguard.io/resume";

    /// <summary>Label on a NodeRecycle: the node's name, cut to 63 characters. For people's selectors; the spec decides.</summary>
    public const string NodeLabel = "nodeguard.io/node";

    /// <summary>Label on a NodeRecycle: the policy that asked for it.</summary>
    public const string PolicyLabel = "nodeguard.io/policy";

    /// <summary>Begins an annotation on what was given one machine more for a recycle, whose UID ends it; its value is how many it has without.</summary>
    public const string SurgePrefix = "surge.nodeguard.io/";

    /// <summary>The agents' namespace: pods there may be privileged.</summary>
    public const string AgentNamespace = "nodeguard-agent";

    /// <summary>The controller's namespace: pods there are restricted.</summary>
    public const string SystemNamespace = "nodeguard-system";

    public const string AgentAccount = "nodeguard-agent";

    public const string ControllerAccount = "nodeguard-controller";
}
