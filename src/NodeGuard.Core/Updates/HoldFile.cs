using NodeGuard.Core.Files;

namespace NodeGuard.Core.Updates;

/// <summary>The names and contents of the files that hold updates. Paths are absolute on the host.</summary>
public static class HoldFile
{
    /// <summary>While it exists, the gated units may run: a permit by hand. The fleet's permits are operations of the GuardedNode, and need none.</summary>
    public const string Permit = "/run/nodeguard/update-permit";

    /// <summary>A person released the hold: until the next boot, or until a person holds again.</summary>
    public const string Released = "/run/nodeguard/updates-released";

    /// <summary>Drop-ins are applied by file name, so this one comes after the usual ones.</summary>
    public const string Name = "zz-nodeguard.conf";

    public const string RuntimeUnits = "/run/systemd/system";

    public const string PersistentUnits = "/etc/systemd/system";

    public const string Content =
        $"""
        {OwnFile.Marker}. This unit installs updates, and starts only while this node has a permit.
        # Remove with: nodeguard updates release
        [Unit]
        ConditionPathExists={Permit}

        """;

    public static string Of(string unit, bool persistent) =>
        $"{(persistent ? PersistentUnits : RuntimeUnits)}/{unit}.d/{Name}";

    public static bool IsPersistent(string path) => path.StartsWith("/etc/", StringComparison.Ordinal);

    /// <summary>Whether this drop-in of a unit takes conditions away that drop-ins before it have set.</summary>
    public static bool ClearsConditions(string content)
    {
        // An empty assignment of any one condition clears them all: systemd.unit(5).
        foreach (ReadOnlySpan<char> line in content.AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> text = line.Trim();
            int equals = text.IndexOf('=');
            if (equals > 0 && text.StartsWith("Condition", StringComparison.Ordinal) && text[(equals + 1)..].Trim().IsEmpty)
                return true;
        }

        return false;
    }
}
