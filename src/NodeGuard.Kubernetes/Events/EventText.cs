using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Events;

/// <summary>One thing that happened to an object, as a person reads it in <c>kubectl events</c>.</summary>
/// <param name="Regarding">The object; its namespace is the event's, "default" for what has none.</param>
/// <param name="Reason">One word, such as "Draining"; at most 128 characters.</param>
/// <param name="Action">What we did or would not do, such as "Evict"; at most 128 characters.</param>
/// <param name="Note">A sentence; cut at 1,024 bytes.</param>
/// <param name="Related">A second object, or null.</param>
public sealed record EventText(
    ObjectReference Regarding, string Reason, string Action, string Note, bool IsWarning = false, ObjectReference? Related = null);

/// <param name="Controller">A qualified name, such as "nodeguard.io/controller".</param>
/// <param name="Instance">This process, such as the pod's name; at most 128 characters.</param>
public sealed record EventRecorderOptions(string Controller, string Instance)
{
    /// <summary>Waiting to be looked at; what comes on top is dropped and counted.</summary>
    public int QueueLength { get; init; } = 1000;

    /// <summary>Series that are remembered at once.</summary>
    public int MostSeries { get; init; } = 4096;

    /// <summary>Between two writes of the count of one series.</summary>
    public TimeSpan SeriesInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A series that saw nothing for so long is over; the next is a new event. The API's own time is six minutes.</summary>
    public TimeSpan SeriesEnd { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>Different notes of one reason on one object within <see cref="SeriesEnd"/> before they are put together.</summary>
    public int MostNotes { get; init; } = 10;

    /// <summary>New events of one object at once; after that one every <see cref="ObjectRefill"/>.</summary>
    public int ObjectBurst { get; init; } = 25;

    public TimeSpan ObjectRefill { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Between two tries of a write that found no server.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(2);

    public int MostTries { get; init; } = 5;

    /// <summary>For what is still waiting when the process stops.</summary>
    public TimeSpan FlushTime { get; init; } = TimeSpan.FromSeconds(3);
}
