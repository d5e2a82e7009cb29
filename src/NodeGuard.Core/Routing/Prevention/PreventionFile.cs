using NodeGuard.Core.Files;

namespace NodeGuard.Core.Routing.Prevention;

/// <summary>The names and contents of the files that prevention writes. Paths are absolute on the guarded host.</summary>
public static class PreventionFile
{
    /// <summary>Drop-ins of all directories are applied by file name, so this one comes after the usual ones.</summary>
    public const string Name = "zz-nodeguard.conf";

    public const string Needrestart = "/etc/needrestart/conf.d/nodeguard.conf";

    public const string RuntimeGlobal = "/run/systemd/networkd.conf.d/" + Name;

    public const string PersistentGlobal = "/etc/systemd/networkd.conf.d/" + Name;

    public static string Global(bool persistent) => persistent ? PersistentGlobal : RuntimeGlobal;

    /// <summary>The drop-in for a .network file, whichever directory that file is in.</summary>
    public static string ForNetwork(string networkFile, bool persistent)
    {
        var name = networkFile[(networkFile.LastIndexOf('/') + 1)..];
        return $"{(persistent ? "/etc" : "/run")}/systemd/network/{name}.d/{Name}";
    }

    public static bool IsPersistent(string path) => path.StartsWith("/etc/", StringComparison.Ordinal);

    /// <summary>One of the names above, without the check of whose content it is.</summary>
    public static bool HasOurName(string path) =>
        path.EndsWith("/" + Name, StringComparison.Ordinal) || path == Needrestart;

    public static string GlobalContent(IEnumerable<string> options) =>
        $"""
        {OwnFile.Marker}. networkd reads this at its next start and then leaves alone what it did not create.
        # Remove with: nodeguard harden --undo
        [Network]
        {string.Join('\n', options.Select(option => option + "=no"))}

        """;

    public const string NetworkContent =
        $"""
        {OwnFile.Marker}. Addresses and routes that networkd did not create stay on this link when networkd starts.
        # Remove with: nodeguard harden --undo
        [Network]
        {KeepConfiguration.Key}=static

        """;

    /// <summary>needrestart reads its configuration as Perl.</summary>
    public const string NeedrestartContent =
        OwnFile.Marker + """
        . A library update shall not restart systemd-networkd by itself.
        # Remove with: nodeguard harden --undo
        $nrconf{override_rc}{qr(^systemd-networkd\.service$)} = 0;

        """;
}
