namespace NodeGuard.Core.Routing.Prevention;

/// <summary>What KeepConfiguration= of a .network file spares on its link.</summary>
public enum Kept
{
    /// <summary>Nothing foreign.</summary>
    Nothing,

    /// <summary>What networkd got by DHCP or router advertisement; not what others made.</summary>
    Dynamic,
    Static,
    Everything,
}

public static class KeepConfiguration
{
    public const string Section = "Network";
    public const string Key = "KeepConfiguration";

    /// <summary>The compiled-in default, except in an initrd and on a network root file system, where more is kept.</summary>
    public const string Default = "no";

    public static ConfigValue Find(ConfigStack network, Func<string, bool>? except = null) =>
        network.Find(Section, Key, static value => Parse(value) is not null, except);

    /// <summary>Null for what no release understands. dhcp* is the spelling up to 256, dynamic* that from 257 on.</summary>
    public static Kept? Parse(string value) => value switch
    {
        "static" => Kept.Static,
        "dhcp" or "dhcp-on-stop" or "dynamic" or "dynamic-on-stop" => Kept.Dynamic,
        _ => ConfigStack.ParseBoolean(value) switch
        {
            true => Kept.Everything,
            false => Kept.Nothing,
            null => null,
        },
    };
}
