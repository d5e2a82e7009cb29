namespace NodeGuard.Core.Routing;

/// <summary>The four kinds of object that a networkd flush can delete and that the ledger records.</summary>
public enum ObjectKind : byte
{
    Address = 1,
    Nexthop = 2,
    Route = 3,
    Rule = 4,
}

/// <summary>
/// The order in which lost objects can be given back to the kernel: it refuses a route whose gateway, nexthop or
/// preferred source does not exist yet. Rules depend on nothing and come last because a rule that points into an
/// empty table black-holes traffic.
/// </summary>
public enum RestoreStage : byte
{
    Address = 0,
    Nexthop = 1,
    NexthopGroup = 2,
    ConnectedRoute = 3,
    GatewayedRoute = 4,
    Rule = 5,
}
