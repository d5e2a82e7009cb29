using System.Globalization;
using System.Text;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Events;

/// <summary>
/// Which happenings become an event, which only a higher count, and which nothing. No I/O and no clock of its own: what
/// it is told and the time decide. For one thread.
/// </summary>
internal sealed class EventCorrelator(EventRecorderOptions options)
{
    private const int LongestNote = 1024;
    private const string Combined = "(combined from similar events): ";

    private readonly Dictionary<EventKey, EventSeriesEntry> _series = [];
    private readonly Dictionary<EventKey, Similar> _similar = [];
    private readonly Dictionary<EventKey, Bucket> _buckets = [];

    /// <summary>Happenings that the object's own limit, or the table's, left out.</summary>
    public long Limited { get; private set; }

    public int Series => _series.Count;

    /// <summary>Null: nothing is to be written for it now.</summary>
    public EventWrite? Happened(EventText text, DateTimeOffset now)
    {
        var whole = text with { Note = Cut(text.Note) };
        var key = KeyOf(whole, now);
        if (_series.TryGetValue(key, out var known))
        {
            if (now - known.Last < options.SeriesEnd)
                return Again(known, now);
            _series.Remove(key);
        }

        // Only new events cost: the count of a known one stays true however often it comes.
        if (_series.Count >= options.MostSeries || !Take(key.Object, now))
        {
            Limited++;
            return null;
        }

        var note = key.Note.StartsWith(Combined, StringComparison.Ordinal) ? Cut(Combined + whole.Note) : whole.Note;
        var entry = new EventSeriesEntry(key, Make(whole with { Note = note }, now)) { Last = now, Written = now };
        _series[key] = entry;
        return new EventWrite.Create(entry, entry.Event);
    }

    /// <summary>Counts that the server has not been told for long enough; with <paramref name="all"/>, any. Ended series are forgotten.</summary>
    public IReadOnlyList<EventWrite> Due(DateTimeOffset now, bool all = false)
    {
        var due = _series.Values
            .Where(s => s.Count > s.Told && (all || now - s.Written >= options.SeriesInterval || now - s.Last >= options.SeriesEnd))
            .Select(s => Tell(s, now)).ToList();
        foreach (var ended in _series.Values.Where(s => now - s.Last >= options.SeriesEnd).ToList())
            _series.Remove(ended.Key);
        foreach (var (key, similar) in _similar.Where(s => now - s.Value.Last >= options.SeriesEnd).ToList())
            _similar.Remove(key);
        foreach (var (key, bucket) in _buckets.Where(b => b.Value.IsFull(options, now)).ToList())
            _buckets.Remove(key);
        return due;
    }

    /// <summary>The server does not hold it: the next happening makes it anew.</summary>
    public void Forget(EventSeriesEntry entry)
    {
        if (_series.GetValueOrDefault(entry.Key) == entry)
            _series.Remove(entry.Key);
    }

    private EventWrite.Count? Again(EventSeriesEntry known, DateTimeOffset now)
    {
        known.Count++;
        known.Last = now;
        // The second time is told at once: that it repeats is news.
        return known.Count == 2 || now - known.Written >= options.SeriesInterval ? Tell(known, now) : null;
    }

    private static EventWrite.Count Tell(EventSeriesEntry entry, DateTimeOffset now)
    {
        entry.Told = entry.Count;
        entry.Written = now;
        return new EventWrite.Count(
            entry,
            new ObjectName(entry.Event.Metadata.Namespace!, entry.Event.Metadata.Name!),
            new EventSeries { Count = entry.Count, LastObservedTime = new MicroTime(entry.Last) });
    }

    private EventKey KeyOf(EventText text, DateTimeOffset now)
    {
        var key = EventKey.Of(text);
        if (_series.ContainsKey(key))
            return key;
        if (!_similar.TryGetValue(key.Similar, out var similar) || now - similar.Last >= options.SeriesEnd)
        {
            if (_similar.Count >= options.MostSeries)
                return key;
            _similar[key.Similar] = similar = new Similar();
        }

        similar.Last = now;
        if (similar.Notes < options.MostNotes)
        {
            similar.Notes++;
            return key;
        }

        return key with { Note = Combined };
    }

    private bool Take(EventKey of, DateTimeOffset now)
    {
        if (!_buckets.TryGetValue(of, out var bucket))
            _buckets[of] = bucket = new Bucket(options.ObjectBurst, now);
        return bucket.Take(options, now);
    }

    private Event Make(EventText text, DateTimeOffset now)
    {
        var @namespace = string.IsNullOrEmpty(text.Regarding.Namespace) ? "default" : text.Regarding.Namespace;
        var subject = text.Regarding.Name ?? "unknown";
        var stamp = (now.UtcTicks * 100).ToString("x", CultureInfo.InvariantCulture);
        return new Event
        {
            Metadata = new ObjectMeta { Namespace = @namespace, Name = $"{(subject.Length > 200 ? subject[..200].TrimEnd('.', '-') : subject)}.{stamp}{Random.Shared.Next(0x1000):x3}" },
            EventTime = new MicroTime(now),
            ReportingController = options.Controller,
            ReportingInstance = options.Instance.Length > 128 ? options.Instance[..128] : options.Instance,
            Action = text.Action,
            Reason = text.Reason,
            Regarding = text.Regarding,
            Related = text.Related,
            Note = text.Note,
            Type = text.IsWarning ? "Warning" : "Normal",
        };
    }

    /// <summary>The API counts bytes.</summary>
    private static string Cut(string note)
    {
        if (Encoding.UTF8.GetByteCount(note) <= LongestNote)
            return note;
        var text = new StringBuilder();
        var bytes = 0;
        foreach (var rune in note.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > LongestNote - 3)
                break;
            text.Append(rune.ToString());
        }

        return text.Append("...").ToString();
    }

    private sealed class Similar
    {
        public int Notes { get; set; }

        public DateTimeOffset Last { get; set; }
    }

    private sealed class Bucket(int tokens, DateTimeOffset start)
    {
        private double _tokens = tokens;
        private DateTimeOffset _last = start;

        public bool Take(EventRecorderOptions options, DateTimeOffset now)
        {
            Refill(options, now);
            if (_tokens < 1)
                return false;
            _tokens--;
            return true;
        }

        public bool IsFull(EventRecorderOptions options, DateTimeOffset now)
        {
            Refill(options, now);
            return _tokens >= options.ObjectBurst;
        }

        // A clock that was set back gives nothing and takes nothing.
        private void Refill(EventRecorderOptions options, DateTimeOffset now)
        {
            if (now > _last)
                _tokens = Math.Min(options.ObjectBurst, _tokens + ((now - _last) / options.ObjectRefill));
            _last = now;
        }
    }
}
