namespace NodeGuard.Core.Images;

/// <summary>How a host keeps itself what it was made.</summary>
public enum HostKind
{
    /// <summary>Nothing but agreement keeps a package from being changed.</summary>
    Plain,

    Bootc,

    Ostree,

    Flatcar,

    Talos,

    Bottlerocket,

    /// <summary>Another one whose /usr or root is verified by the kernel, or is composefs.</summary>
    Verity,
}

/// <summary>What a host is told by.</summary>
public sealed record HostKindFacts
{
    public OsRelease Os { get; init; } = OsRelease.Empty;

    /// <summary>/run/ostree-booted is there.</summary>
    public bool OstreeBooted { get; init; }

    /// <summary>The program bootc is there.</summary>
    public bool HasBootc { get; init; }

    /// <summary>/proc/mounts of PID 1; empty where it is not known.</summary>
    public string Mounts { get; init; } = "";

    public string CommandLine { get; init; } = "";
}

/// <summary>Recognises hosts that are images already, so that they are told as what they are.</summary>
public static class HostKinds
{
    public static HostKind Of(HostKindFacts facts) => facts.Os.Id switch
    {
        "talos" => HostKind.Talos,
        "bottlerocket" => HostKind.Bottlerocket,
        "flatcar" => HostKind.Flatcar,
        // Every bootc host of today is an ostree host too.
        _ when facts is { HasBootc: true, OstreeBooted: true } => HostKind.Bootc,
        _ when facts.HasBootc && IsComposefs(facts.Mounts) => HostKind.Bootc,
        _ when facts.OstreeBooted => HostKind.Ostree,
        _ when IsVerified(facts) => HostKind.Verity,
        _ => HostKind.Plain,
    };

    /// <summary>One sentence, without an end; null of a plain host.</summary>
    public static string? Told(HostKind kind) => kind switch
    {
        HostKind.Bootc => "this is a bootc host: its packages come with its image, and `bootc status` tells which one runs",
        HostKind.Ostree => "this is an ostree host: its packages come with its deployment, and `rpm-ostree status` or `ostree admin status` tells which one runs",
        HostKind.Flatcar => "this is a Flatcar host: its /usr is read-only and is replaced as a whole by update_engine",
        HostKind.Talos => "this is a Talos host: it has no packages, and its root is read-only and replaced as a whole",
        HostKind.Bottlerocket => "this is a Bottlerocket host: it has no package manager, and its root is verified by the kernel",
        HostKind.Verity => "the root or /usr of this host is verified by the kernel and cannot drift; what is beside it can",
        _ => null,
    };

    private static bool IsVerified(HostKindFacts facts) =>
        IsComposefs(facts.Mounts)
        || facts.CommandLine.Split(' ').Any(static word => word.StartsWith("roothash=", StringComparison.Ordinal) || word.StartsWith("usrhash=", StringComparison.Ordinal) || word.StartsWith("verity.usrhash=", StringComparison.Ordinal));

    private static bool IsComposefs(string mounts)
    {
        // The device of such a root is "composefs", and its type overlay.
        foreach (string line in mounts.Split('\n'))
        {
            if (line.Split(' ') is [var device, "/" or "/usr", var type, ..] && (device is "composefs" || device.StartsWith("composefs:", StringComparison.Ordinal) || type is "composefs"))
                return true;
        }

        return false;
    }
}
