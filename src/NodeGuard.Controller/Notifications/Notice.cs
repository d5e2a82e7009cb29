namespace NodeGuard.Controller.Notifications;

/// <summary>Something that people are told once.</summary>
/// <param name="Id">The same for every controller that sees it, and another for the next time.</param>
/// <param name="Event">One word of <see cref="NoticeEvents"/>.</param>
/// <param name="Kind">Of the object that it is about.</param>
/// <param name="Name">Of that object.</param>
/// <param name="Message">A sentence, and what to do.</param>
internal sealed record Notice(string Id, string Event, string Kind, string Name, string Message, DateTimeOffset At);

/// <summary>The words that a receiver may meet.</summary>
internal static class NoticeEvents
{
    public const string Frozen = "Frozen";
    public const string FreezeLifted = "FreezeLifted";
    public const string RecycleFailed = "RecycleFailed";
    public const string DeadlineAtRisk = "DeadlineAtRisk";
}
