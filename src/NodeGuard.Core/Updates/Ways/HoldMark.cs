namespace NodeGuard.Core.Updates.Ways;

/// <param name="Content">Null when it could not be read.</param>
/// <param name="WrittenAt">Its age decides whether it counts.</param>
public sealed record ExistingMark(string? Content, DateTimeOffset WrittenAt);

public enum MarkStep
{
    Leave,
    Write,
    Remove,
}

/// <summary>
/// The file that says that updates are held now. What is under /etc holds only while it stands: a host that has booted, or
/// whose agent has been gone for a day, installs as if NodeGuard had never been there.
/// </summary>
public static class HoldMark
{
    public const string Path = "/run/nodeguard/updates-held";

    /// <summary>How long it counts once written: longer than an agent is away for its own update or a repair by hand.</summary>
    public const int LifetimeMinutes = 24 * 60;

    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(LifetimeMinutes);

    /// <summary>Each writing is a hint to those who watch the directory.</summary>
    public static readonly TimeSpan RenewAfter = TimeSpan.FromHours(1);

    /// <param name="holder">Who holds, as a phrase. apt shows the text to whom it refuses.</param>
    public static string Content(string holder) =>
        $"""
        NodeGuard holds the updates of this node ({holder}), so apt changes no packages now.
        To update under a permit: nodeguard updates apply, or by the fleet. To let go: nodeguard updates release. Where NodeGuard is gone: rm {Path}

        """;

    public static bool Stands(ExistingMark? mark, DateTimeOffset now) => mark is not null && now - mark.WrittenAt < Lifetime;

    public static MarkStep Plan(HoldMode mode, string wanted, ExistingMark? there, DateTimeOffset now) => mode switch
    {
        HoldMode.Observe => MarkStep.Leave,
        HoldMode.Hold when there is null || there.Content != wanted => MarkStep.Write,
        // One from the future, after the clock was set back, would count for too long.
        HoldMode.Hold => now - there.WrittenAt >= RenewAfter || there.WrittenAt - now > RenewAfter ? MarkStep.Write : MarkStep.Leave,
        _ => there is null ? MarkStep.Leave : MarkStep.Remove,
    };
}
