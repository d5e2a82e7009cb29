using NodeGuard.Core.Files;

namespace NodeGuard.Core.Updates.Ways;

public sealed record NeedrestartInput
{
    public required bool Installed { get; init; }

    /// <summary>What it does when NodeGuard says nothing.</summary>
    public required RestartMode Mode { get; init; }

    /// <summary>The file and line that says so; null for the distribution's own choice.</summary>
    public string? Place { get; init; }

    /// <summary>Why the mode is unknown; null when a file says what cannot be understood.</summary>
    public string? Problem { get; init; }

    /// <summary>What is at <see cref="NeedrestartHold.Path"/>.</summary>
    public ExistingFile? File { get; init; }

    public required bool MarkStands { get; init; }
}

/// <summary>
/// Has needrestart list and not restart while updates are held, where it would restart by itself. That it spares
/// systemd-networkd at all times is prevention's (`nodeguard harden`); that no update of NodeGuard's own starts it is in the
/// environment of that update.
/// </summary>
public static class NeedrestartHold
{
    /// <summary>needrestart reads the files of this directory by name, so this one comes after the usual ones.</summary>
    public const string Path = "/etc/needrestart/conf.d/zz-nodeguard-hold.conf";

    /// <summary>
    /// -M is the file's age in days. defno as well, because a mode that the command line asks for, as Ubuntu's apt does, is
    /// stronger than that of the configuration, and each service's default is not.
    /// </summary>
    public const string Content =
        $$"""
        {{OwnFile.Marker}}. While the updates of this node are held, services that an update left with old code are listed and not restarted.
        # Remove with: nodeguard updates release
        if (-e q({{HoldMark.Path}}) && -M _ < 1 && !-e q({{HoldFile.Permit}})) { $nrconf{restart} = 'l'; $nrconf{defno} = 1; }

        """;

    /// <param name="mode">Of the hold, a release taken into account.</param>
    /// <param name="input">Of the host.</param>
    public static WayStep Plan(HoldMode mode, NeedrestartInput input)
    {
        bool restarts = input.Mode is RestartMode.Restarts or RestartMode.Unknown;
        if (!input.Installed)
            return new(Verdict(HoldState.Absent, "needrestart is not on this host")) { Removal = mode is HoldMode.Observe ? null : WayFile.RemovalOf(input.File, mode) };
        if (mode is HoldMode.Observe)
            return new(Observe(restarts, input));
        if (mode is HoldMode.Hold && restarts)
            return Hold(input);
        WayVerdict open = mode is HoldMode.Hold ? Verdict(HoldState.Held, Says(input)) : Verdict(HoldState.Free, Says(input));
        return new(input.File is { Content: null } unreadable ? Verdict(HoldState.Unknown, WayFile.Foreign(unreadable)) : open)
        {
            Removal = WayFile.RemovalOf(input.File, mode),
        };
    }

    private static WayVerdict Observe(bool restarts, NeedrestartInput input) => input switch
    {
        _ when !restarts => Verdict(HoldState.Held, Says(input)),
        { File.Content: Content, MarkStands: true } => Verdict(HoldState.Held, Lists),
        _ => Verdict(HoldState.WouldHold, $"{Says(input)}; it would only list if updates were held"),
    };

    private static WayStep Hold(NeedrestartInput input)
    {
        if (input.File is { IsOurs: false } foreign)
            return new(Verdict(HoldState.ForeignDropIn, WayFile.Foreign(foreign)));
        bool isRight = input.File?.Content == Content;
        return new(isRight && input.MarkStands ? Verdict(HoldState.Held, Lists) : Verdict(HoldState.Waiting, $"{Says(input)}; held as soon as {Path} and {HoldMark.Path} are written"))
        {
            Write = isRight ? null : new PlannedWrite(Path, Content, "needrestart shall restart no services while updates are held"),
        };
    }

    private static string Says(NeedrestartInput input)
    {
        string by = input.Place is null ? "as the distribution has it" : $"by {input.Place}";
        return input.Mode switch
        {
            RestartMode.Lists => $"lists services and restarts none, {by} (mode l)",
            RestartMode.Asks => $"asks at a terminal and elsewhere only lists, {by} (mode i)",
            RestartMode.Restarts => $"restarts services by itself, {by} (mode a)",
            _ => $"whether it restarts services by itself could not be told: {input.Problem ?? $"{input.Place} sets its mode in a way that only Perl understands"}",
        };
    }

    private const string Lists = "only lists services while updates are held";

    private static WayVerdict Verdict(HoldState state, string reason) => new(UpdateWay.Needrestart, state, reason);
}
