using System.Globalization;

namespace NodeGuard.Core.Updates.Ways;

/// <summary>What snapd says of its refreshes.</summary>
public abstract record SnapLook
{
    private SnapLook()
    {
    }

    /// <summary>This host has no snapd.</summary>
    public sealed record Absent : SnapLook;

    public sealed record Unknown(string Problem) : SnapLook;

    /// <param name="Hold">refresh.hold as snapd has it: a time, or forever; null when it is not set.</param>
    public sealed record Known(string? Hold) : SnapLook;
}

/// <summary>On the disk before snapd is told, so that after any crash what is ours is known from what is not.</summary>
/// <param name="Before">What was set when we came; null for nothing.</param>
/// <param name="Ours">What we have set, or were about to.</param>
public sealed record SnapNote(string? Before, IReadOnlyList<string> Ours);

/// <summary>What snapd is told.</summary>
/// <param name="Value">Null: refresh.hold is not to be set any more.</param>
public sealed record SnapSetting(string? Value);

/// <param name="Verdict">Before it is carried out.</param>
/// <param name="Note">To be noted first; null leaves the note.</param>
/// <param name="Setting">To be told to snapd then; null for nothing.</param>
/// <param name="Forget">The note is to go at last.</param>
public sealed record SnapPlan(WayVerdict Verdict, SnapNote? Note = null, SnapSetting? Setting = null, bool Forget = false);

/// <summary>
/// Holds snapd's refreshes by its own setting, until a time that is moved on as long as updates are held: where NodeGuard is
/// gone, snapd refreshes again by itself. A longer hold is somebody else's and left alone.
/// </summary>
public static class SnapHold
{
    /// <summary>Long enough for an agent that crashes on a Friday evening to be mended the next day, and short enough for a host whose agent is gone to get its refreshes.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromHours(48);

    /// <summary>Each renewal is a change in snapd's history, so not at each look.</summary>
    public static readonly TimeSpan RenewBelow = TimeSpan.FromHours(36);

    private const string Forever = "forever";

    /// <param name="mode">Of the hold, a release taken into account.</param>
    /// <param name="look">At snapd.</param>
    /// <param name="note">Null when we have set nothing.</param>
    /// <param name="now">The time.</param>
    public static SnapPlan Plan(HoldMode mode, SnapLook look, SnapNote? note, DateTimeOffset now) => look switch
    {
        SnapLook.Absent => new(Verdict(HoldState.Absent, "this host has no snapd"), Forget: note is not null && mode is not HoldMode.Observe),
        SnapLook.Unknown unknown => new(Verdict(HoldState.Unknown, unknown.Problem)),
        SnapLook.Known known => mode switch
        {
            HoldMode.Observe => Observe(known.Hold, note, now),
            HoldMode.Hold => Hold(known.Hold, note, now),
            _ => LetGo(known.Hold, note, now),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(look)),
    };

    private static SnapPlan Observe(string? hold, SnapNote? note, DateTimeOffset now) => new(End(hold) > now
        ? Held(hold!, IsOurs(hold, note))
        : Verdict(HoldState.WouldHold, "refreshes would wait if updates were held"));

    private static SnapPlan Hold(string? hold, SnapNote? note, DateTimeOffset now)
    {
        bool ours = IsOurs(hold, note);
        if (ours && End(hold) - now > RenewBelow && End(hold) - now <= Period)
            return new(Held(hold!, ours: true));
        if (!ours && End(hold) >= now + Period)
            return new(Held(hold!, ours: false), Forget: note is not null);
        string wanted = Text(now + Period);
        string? before = ours ? note!.Before : hold;
        WayVerdict verdict = End(hold) > now ? Held(hold!, ours) : Verdict(HoldState.Waiting, "held as soon as snapd has been told");
        return new(verdict, new SnapNote(before, ours ? [hold!, wanted] : [wanted]), new SnapSetting(wanted));
    }

    private static SnapPlan LetGo(string? hold, SnapNote? note, DateTimeOffset now)
    {
        if (IsOurs(hold, note))
            return new(Held(hold!, ours: true), Setting: new SnapSetting(note!.Before), Forget: true);
        WayVerdict verdict = End(hold) > now ? Held(hold!, ours: false) : Verdict(HoldState.Free, "refreshes itself when its timer says so");
        return new(verdict, Forget: note is not null);
    }

    private static WayVerdict Held(string hold, bool ours) => Verdict(
        HoldState.Held, ours ? $"refreshes wait until {hold}, which is moved on while updates are held" : $"refreshes wait until {hold}, which is somebody else's hold and left alone");

    /// <summary>snapd may write a time in other words than it was told.</summary>
    private static bool IsOurs(string? hold, SnapNote? note) =>
        hold is not null && note is not null && note.Ours.Any(each => each == hold || (End(each) is { } end && end == End(hold)));

    /// <summary>Null when nothing is held, or by no time that can be understood.</summary>
    private static DateTimeOffset? End(string? hold) => hold switch
    {
        null => null,
        Forever => DateTimeOffset.MaxValue,
        _ => DateTimeOffset.TryParse(hold, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset end) ? end : null,
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static WayVerdict Verdict(HoldState state, string reason) => new(UpdateWay.Snap, state, reason);
}
