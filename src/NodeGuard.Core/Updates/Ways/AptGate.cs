using System.Globalization;
using NodeGuard.Core.Files;

namespace NodeGuard.Core.Updates.Ways;

/// <param name="Installed">This host has apt.</param>
/// <param name="File">What is at <see cref="AptGate.Path"/>.</param>
/// <param name="MarkStands">The gate is shut now, if the file is ours.</param>
public sealed record AptGateInput(bool Installed, ExistingFile? File, bool MarkStands);

/// <summary>
/// Has apt, and all that is made of its library, change no packages while updates are held. What only looks, simulates or
/// fetches goes on, and dpkg by itself knows nothing of it.
/// </summary>
public static class AptGate
{
    /// <summary>apt takes its files by name; a hook of somebody else's that prepares an installation comes after a refusal.</summary>
    public const string Path = "/etc/apt/apt.conf.d/00nodeguard-gate";

    /// <summary>Set for the updates that NodeGuard runs itself, which are permitted.</summary>
    public const string Variable = "NODEGUARD_UPDATE";

    /// <summary>apt hands the text to /bin/sh; no file of NodeGuard's but this one is needed to let an installation through.</summary>
    public static readonly string Content = string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {{OwnFile.Marker}}. While the updates of this node are held, apt changes no packages. dpkg itself is not kept from it.
        # Remove with: nodeguard updates release
        DPkg::Pre-Invoke { "[ -z $(find {{HoldMark.Path}} -mmin -{{HoldMark.LifetimeMinutes}} 2>/dev/null) ] || [ -e {{HoldFile.Permit}} ] || [ ${{{Variable}}:-none} != none ] || { cat {{HoldMark.Path}} >&2; exit 1; }"; };

        """);

    /// <param name="mode">Of the hold, a release taken into account.</param>
    /// <param name="wished">The gate is configured.</param>
    /// <param name="input">Of the host.</param>
    public static WayStep Plan(HoldMode mode, bool wished, AptGateInput input)
    {
        if (!input.Installed)
            return new(new(UpdateWay.Apt, HoldState.Absent, "this host has no apt"));
        if (mode is HoldMode.Observe)
            return new(Observe(wished, input));
        return mode is HoldMode.Hold && wished ? Shut(input) : Open(mode, wished, input);
    }

    private static WayVerdict Observe(bool wished, AptGateInput input) => input switch
    {
        { File: { IsOurs: true } file, MarkStands: true } when file.Content == Content => Held,
        _ when wished => new(UpdateWay.Apt, HoldState.WouldHold, "would refuse to change packages if updates were held"),
        _ => NotGated,
    };

    private static WayStep Shut(AptGateInput input)
    {
        if (input.File is { IsOurs: false } foreign)
            return new(new(UpdateWay.Apt, HoldState.ForeignDropIn, WayFile.Foreign(foreign)));
        bool isRight = input.File?.Content == Content;
        return new(isRight && input.MarkStands ? Held : new(UpdateWay.Apt, HoldState.Waiting, $"held as soon as {Path} and {HoldMark.Path} are written"))
        {
            Write = isRight ? null : new PlannedWrite(Path, Content, "apt shall change no packages without a permit"),
        };
    }

    private static WayStep Open(HoldMode mode, bool wished, AptGateInput input) => new(input.File is { Content: null } file
        ? new(UpdateWay.Apt, HoldState.Unknown, WayFile.Foreign(file))
        : mode is HoldMode.Hold && !wished ? NotGated : new(UpdateWay.Apt, HoldState.Free, "whoever runs apt installs"))
    {
        Removal = WayFile.RemovalOf(input.File, mode),
    };

    private static WayVerdict Held => new(UpdateWay.Apt, HoldState.Held, $"changes packages only while {HoldFile.Permit} exists, or for nodeguard updates apply and the fleet; dpkg by itself is not held");

    private static WayVerdict NotGated => new(UpdateWay.Apt, HoldState.Free, "whoever runs apt installs; updates.aptGate: true has it ask for a permit");
}
