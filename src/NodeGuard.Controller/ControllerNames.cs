namespace NodeGuard.Controller;

/// <summary>Who the controller is to others.</summary>
internal static class ControllerNames
{
    /// <summary>In managedFields of what it writes.</summary>
    public const string FieldManager = "nodeguard-controller";

    /// <summary>In events.</summary>
    public const string Reporter = "nodeguard.io/controller";

    public const string Lease = "nodeguard-controller";
}
