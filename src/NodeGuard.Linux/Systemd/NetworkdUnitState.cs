using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Linux.Systemd;

/// <summary>Whether networkd runs here and which version, for a command that a person runs once.</summary>
public sealed class NetworkdUnitState(Systemctl systemctl, string procRoot = "/proc", string runRoot = "/run")
{
    private const string Unit = "systemd-networkd.service";

    /// <summary>Unknown where systemd does not answer: files and <see cref="ProcessRuns"/> may tell then.</summary>
    public async Task<NetworkdPresence> PresenceAsync(CancellationToken cancellation)
    {
        // sd_booted(3): without it there is no unit to ask for, but networkd can still have been started by hand.
        if (!Directory.Exists(Path.Combine(runRoot, "systemd/system")))
            return ProcessRuns() == true ? NetworkdPresence.Running : NetworkdPresence.Unknown;

        var answer = await systemctl.RunAsync(["show", Unit, "--property=LoadState,ActiveState,UnitFileState"], cancellation);
        return answer.Succeeded ? Parse(answer.Output) : NetworkdPresence.Unknown;
    }

    /// <summary>Null when it could not be told.</summary>
    public async Task<string?> VersionAsync(CancellationToken cancellation)
    {
        var answer = await systemctl.RunAsync(["--version"], cancellation);
        return answer.Succeeded ? answer.Output.Split('\n')[0].Trim() : null;
    }

    internal static NetworkdPresence Parse(string properties)
    {
        var values = properties.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split('=', 2))
            .Where(static pair => pair.Length == 2)
            .ToDictionary(static pair => pair[0], static pair => pair[1].Trim(), StringComparer.Ordinal);
        if (!values.TryGetValue("LoadState", out var load) || !values.TryGetValue("ActiveState", out var active))
            return NetworkdPresence.Unknown;
        return (load, active, values.GetValueOrDefault("UnitFileState", "")) switch
        {
            (_, "active" or "activating" or "reloading" or "deactivating", _) => NetworkdPresence.Running,
            ("not-found" or "masked", _, _) => NetworkdPresence.Absent,
            ("loaded", _, "enabled" or "enabled-runtime" or "static" or "indirect" or "linked" or "alias" or "generated") => NetworkdPresence.Stopped,
            ("loaded", _, "disabled") => NetworkdPresence.Disabled,
            _ => NetworkdPresence.Unknown,
        };
    }

    /// <summary>Whether a networkd of our network namespace is in the process table; null when that cannot be read.</summary>
    public bool? ProcessRuns()
    {
        try
        {
            return Directory.EnumerateDirectories(procRoot)
                .Where(static directory => char.IsAsciiDigit(Path.GetFileName(directory)[0]))
                .Any(directory => CommandOf(directory) == "systemd-network" && SharesOurNetwork(directory));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // A container's networkd has tables of its own. One that cannot be looked into counts as ours.
    private bool SharesOurNetwork(string processDirectory) =>
        NetworkOf(processDirectory) is not { } theirs || NetworkOf(Path.Combine(procRoot, "self")) is not { } ours || theirs == ours;

    private static string? NetworkOf(string processDirectory)
    {
        try
        {
            return new FileInfo(Path.Combine(processDirectory, "ns/net")).LinkTarget;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string CommandOf(string processDirectory)
    {
        try
        {
            // Cut to 15 characters by the kernel.
            return File.ReadAllText(Path.Combine(processDirectory, "comm")).TrimEnd();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
