using NodeGuard.Core.Routing;

namespace NodeGuard.Lab.Tests.Lab;

/// <summary>What a listener saw of one flush.</summary>
internal sealed record FlushTrace
{
    /// <summary>Deletions, so that an object that was deleted twice counts twice.</summary>
    public required IReadOnlyDictionary<ObjectKind, int> Deleted { get; init; }

    /// <summary>Deletions that no creation of the same object followed.</summary>
    public required IReadOnlyDictionary<ObjectKind, int> Lost { get; init; }

    public required Gaps RuleGaps { get; init; }

    public required Gaps RouteGaps { get; init; }

    public required Gaps AllGaps { get; init; }

    /// <summary>Nanoseconds, as they came, for who puts several runs together.</summary>
    public required IReadOnlyList<(ObjectKind Kind, long Nanoseconds)> Returns { get; init; }

    /// <summary>From the first deletion to the last one; 0 without any.</summary>
    public required double DeletingMilliseconds { get; init; }

    /// <summary>From the first deletion to the last return.</summary>
    public required double WholeMilliseconds { get; init; }

    /// <summary>From the first return to the last one: 0 with fewer than two.</summary>
    public required double ReturningMilliseconds { get; init; }

    /// <summary>From the last deletion to the last return; 0 when the last return came before.</summary>
    public required double TailMilliseconds { get; init; }

    /// <summary>The listener itself lost notifications: nothing here is exact.</summary>
    public required bool Overrun { get; init; }

    public int DeletedCount => Deleted.Values.Sum();

    public int LostCount => Lost.Values.Sum();

    public static FlushTrace Of(IEnumerable<TraceNote> notes, bool overrun)
    {
        var open = new Dictionary<(ObjectKind, string), Queue<long>>();
        var twins = new Dictionary<(ObjectKind, string), int>();
        var gaps = new List<(ObjectKind Kind, long Gap)>();
        var deleted = new Dictionary<ObjectKind, int>();
        (long first, long lastDeletion, long firstReturn, long lastReturn) = (0, 0, 0, 0);
        foreach (TraceNote note in notes)
        {
            (ObjectKind, string) key = (note.Kind, note.Identity);
            if (note.IsDeletion && twins.GetValueOrDefault(key) > 0)
            {
                // Whoever restores the order of equal rules adds a twin behind the others and then deletes the first: nothing is gone.
                twins[key]--;
            }
            else if (note.IsDeletion)
            {
                first = first == 0 ? note.At : first;
                lastDeletion = note.At;
                deleted[note.Kind] = deleted.GetValueOrDefault(note.Kind) + 1;
                (open.TryGetValue(key, out Queue<long>? times) ? times : open[key] = new Queue<long>(1)).Enqueue(note.At);
            }
            else if (open.TryGetValue(key, out Queue<long>? times) && times.TryDequeue(out long since))
            {
                gaps.Add((note.Kind, note.At - since));
                firstReturn = firstReturn == 0 ? note.At : firstReturn;
                lastReturn = note.At;
            }
            else
            {
                twins[key] = twins.GetValueOrDefault(key) + 1;
            }
        }

        return new FlushTrace
        {
            Deleted = deleted,
            Lost = open.Where(pair => pair.Value.Count > 0).GroupBy(pair => pair.Key.Item1)
                .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value.Count)),
            RuleGaps = Gaps.Of(gaps.Where(static gap => gap.Kind is ObjectKind.Rule).Select(static gap => gap.Gap)),
            RouteGaps = Gaps.Of(gaps.Where(static gap => gap.Kind is ObjectKind.Route).Select(static gap => gap.Gap)),
            AllGaps = Gaps.Of(gaps.Select(static gap => gap.Gap)),
            Returns = gaps,
            DeletingMilliseconds = (lastDeletion - first) / 1e6,
            WholeMilliseconds = Math.Max(lastReturn - first, 0) / 1e6,
            ReturningMilliseconds = (lastReturn - firstReturn) / 1e6,
            TailMilliseconds = Math.Max(lastReturn - lastDeletion, 0) / 1e6,
            Overrun = overrun,
        };
    }
}

/// <param name="Identity">The object's content, in hexadecimal digits.</param>
/// <param name="At">Monotonic nanoseconds when the notification was read.</param>
internal readonly record struct TraceNote(ObjectKind Kind, string Identity, bool IsDeletion, long At);
