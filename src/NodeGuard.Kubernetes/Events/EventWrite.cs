using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Events;

/// <summary>What is to be written for a series now.</summary>
internal abstract record EventWrite(EventSeriesEntry Series)
{
    public sealed record Create(EventSeriesEntry Series, Event Event) : EventWrite(Series);

    public sealed record Count(EventSeriesEntry Series, ObjectName Name, EventSeries Value) : EventWrite(Series);
}

/// <summary>What makes two events one series: all but the time.</summary>
internal sealed record EventKey(
    string Kind, string Namespace, string Name, string Uid, string Reason, string Action, string Note, bool Warning, string RelatedUid, string RelatedName)
{
    public static EventKey Of(EventText text) => new(
        text.Regarding.Kind ?? string.Empty, text.Regarding.Namespace ?? string.Empty, text.Regarding.Name ?? string.Empty,
        text.Regarding.Uid ?? string.Empty, text.Reason, text.Action, text.Note, text.IsWarning,
        text.Related?.Uid ?? string.Empty, text.Related?.Name ?? string.Empty);

    /// <summary>The same without the note: similar events.</summary>
    public EventKey Similar => this with { Note = string.Empty };

    /// <summary>The object alone.</summary>
    public EventKey Object => new(Kind, Namespace, Name, Uid, string.Empty, string.Empty, string.Empty, false, string.Empty, string.Empty);
}

/// <summary>One event on the server, and how often it happened since.</summary>
internal sealed class EventSeriesEntry(EventKey key, Event @event)
{
    public EventKey Key => key;

    /// <summary>As created; its series is only on the server.</summary>
    public Event Event => @event;

    /// <summary>Happenings, the first included.</summary>
    public int Count { get; set; } = 1;

    /// <summary>The count that the server was last told.</summary>
    public int Told { get; set; } = 1;

    public DateTimeOffset Last { get; set; }

    public DateTimeOffset Written { get; set; }
}
