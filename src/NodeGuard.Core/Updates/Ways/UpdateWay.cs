using NodeGuard.Core.Files;

namespace NodeGuard.Core.Updates.Ways;

/// <summary>What installs packages or restarts services besides the units that a timer starts.</summary>
public enum UpdateWay
{
    /// <summary>apt, whoever runs it; dpkg by itself is not apt.</summary>
    Apt,

    /// <summary>Restarts services whose libraries an update has replaced.</summary>
    Needrestart,

    /// <summary>snapd's own refreshes.</summary>
    Snap,

    /// <summary>Installs at the first boot of an instance; told, and never held.</summary>
    CloudInit,
}

/// <param name="Way">Which.</param>
/// <param name="State">How it stands with it; absent where this host has nothing of the kind.</param>
/// <param name="Reason">One sentence; what to do about it where something is to be done.</param>
public sealed record WayVerdict(UpdateWay Way, HoldState State, string Reason);

/// <summary>What a way's file is to become, and how it stands before that.</summary>
public sealed record WayStep(WayVerdict Verdict)
{
    public PlannedWrite? Write { get; init; }

    public PlannedRemoval? Removal { get; init; }
}

/// <summary>Ways in words.</summary>
public static class WayText
{
    /// <summary>As its own people write it.</summary>
    public static string NameOf(UpdateWay way) => way switch
    {
        UpdateWay.Apt => "apt",
        UpdateWay.Needrestart => "needrestart",
        UpdateWay.Snap => "snap",
        UpdateWay.CloudInit => "cloud-init",
        _ => throw new ArgumentOutOfRangeException(nameof(way)),
    };
}

/// <summary>The files by which ways are held.</summary>
public static class WayFile
{
    /// <summary>One of their names, without the check of whose content it is.</summary>
    public static bool HasOurName(string path) => path is AptGate.Path or NeedrestartHold.Path;

    internal static string Foreign(ExistingFile file) => file.Content is null
        ? $"{file.Path} exists and could not be read, so it was left alone; make it readable or remove it"
        : $"{file.Path} is not NodeGuard's, so it was left alone; rename that file";

    internal static PlannedRemoval? RemovalOf(ExistingFile? file, HoldMode mode) => file is { IsOurs: true }
        ? new PlannedRemoval(file.Path, mode is HoldMode.Release ? "it was asked to be released" : "nothing on this host needs it any more")
        : null;
}
