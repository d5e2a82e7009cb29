namespace NodeGuard.Core.Routing.Prevention;

/// <summary>What each networkd deletes and which options it knows. systemd releases; facts in the field notes on the flush.</summary>
public static class NetworkdBehaviour
{
    public const string ManageForeignRoutes = "ManageForeignRoutes";
    public const string ManageForeignRoutingPolicyRules = "ManageForeignRoutingPolicyRules";
    public const string ManageForeignNextHops = "ManageForeignNextHops";

    public static readonly IReadOnlyList<string> GlobalOptions =
        [ManageForeignRoutes, ManageForeignRoutingPolicyRules, ManageForeignNextHops];

    /// <summary>Routes and addresses fall on every release that has link_drop_foreign_config(), seen on 247 too.</summary>
    public static bool Deletes(SystemdVersion version, ObjectKind kind) => kind switch
    {
        ObjectKind.Rule => version >= new SystemdVersion(247, 4),
        ObjectKind.Nexthop => version.Major >= 248,
        _ => true,
    };

    /// <summary>ManageForeignRoutingPolicyRules= came with 249 and was backported to 247.10 and 248.8.</summary>
    public static bool Knows(SystemdVersion version, string option) => option switch
    {
        ManageForeignRoutes => version.Major >= 246,
        ManageForeignRoutingPolicyRules => version.Major >= 249
            || (version.Major == 248 && version.Minor >= 8)
            || (version.Major == 247 && version.Minor >= 10),
        ManageForeignNextHops => version.Major >= 256,
        _ => false,
    };

    /// <summary>249 to 249.4 test ManageForeignRoutes= where they should test the option of the rules.</summary>
    public static bool RulesNeedBothOptions(SystemdVersion version) =>
        version >= new SystemdVersion(249, 0) && version < new SystemdVersion(249, 5);

    /// <summary>KeepConfiguration= came with 243.</summary>
    public static bool KnowsKeepConfiguration(SystemdVersion version) => version.Major >= 243;

    /// <summary>From 256 on the main file is looked for in /run and /usr too; before that only in /etc.</summary>
    public static bool ReadsMainFileOutsideEtc(SystemdVersion version) => version.Major >= 256;
}
