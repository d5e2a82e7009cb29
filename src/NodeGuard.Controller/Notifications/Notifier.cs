using Microsoft.Extensions.Logging;
using NodeGuard.Controller.Metrics;
using NodeGuard.Controller.Recycles.Methods;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Notifications;

/// <summary>
/// Tells each receiver of each notice, some at a time, while the loop goes on. What was told stands in the Fleet's status, so
/// that the next leader does not tell it again; it is written after the telling: a leader that dies in between repeats it,
/// and nothing is lost.
/// </summary>
internal sealed partial class Notifier(NoticeSender sender, ControllerMetrics metrics, TimeProvider time, ILogger log, Action changed)
{
    private const int MostAtOnce = 4;
    private const int MostTries = 12;
    private const int MostRemembered = 200;

    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(10);

    // A freeze is told once however long it stands, and what was told of the past is no news after that time.
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    private readonly Dictionary<(string Notice, string Receiver), Telling> _tellings = [];
    private readonly Dictionary<string, DateTimeOffset> _told = [];

    /// <summary>Begins what is due and takes in what has ended; waits for nobody.</summary>
    /// <param name="status">Freshly read; gets what was told. It is the caller's to write it.</param>
    /// <returns>Whether the status has changed.</returns>
    public bool Look(IReadOnlyList<FleetNotification> receivers, IEnumerable<Notice> notices, FleetStatus status, DateTimeOffset now, CancellationToken term)
    {
        var remembered = (status.Notified ?? []).Select(static told => told.Id).ToHashSet();
        var current = new HashSet<string>();
        bool toldMore = false;
        if (receivers.Count > 0)
        {
            foreach (Notice notice in notices)
            {
                current.Add(notice.Id);
                if (remembered.Contains(notice.Id))
                    continue;
                if (!_told.ContainsKey(notice.Id) && !Tell(notice, receivers, term))
                    continue;
                _told.TryAdd(notice.Id, now);
                (status.Notified ??= []).Add(new SentNotice { Id = notice.Id, At = _told[notice.Id] });
                toldMore = true;
            }
        }

        return Forget(status, current, now) | toldMore;
    }

    /// <summary>Ends when nothing of ours is on its way any more.</summary>
    public async Task StopAsync()
    {
        foreach (Telling telling in _tellings.Values)
            await telling.Sending;
        _tellings.Clear();
        _told.Clear();
    }

    /// <summary>True when no receiver is left to be told.</summary>
    private bool Tell(Notice notice, IReadOnlyList<FleetNotification> receivers, CancellationToken term)
    {
        bool done = true;
        foreach (FleetNotification receiver in receivers)
        {
            if (!_tellings.TryGetValue((notice.Id, NameOf(receiver)), out Telling? telling))
                _tellings[(notice.Id, NameOf(receiver))] = telling = new Telling();
            if (!telling.Busy && !telling.Done && telling.NotBefore <= time.GetUtcNow()
                && _tellings.Values.Count(static other => other.Busy) < MostAtOnce)
            {
                telling.Busy = true;
                telling.Sending = SendAsync(telling, notice, receiver, term);
            }

            done &= telling.Done;
        }

        return done;
    }

    private async Task SendAsync(Telling telling, Notice notice, FleetNotification receiver, CancellationToken term)
    {
        string? problem;
        try
        {
            problem = await sender.SendAsync(notice, receiver, term);
        }
        catch (OperationCanceledException) when (term.IsCancellationRequested)
        {
            return;
        }
        catch (Exception broken)
        {
            problem = $"it cannot be sent: {broken.GetType().Name}";
        }

        telling.Tries++;
        telling.NotBefore = time.GetUtcNow() + Rest(telling.Tries);
        telling.Done = problem is null || telling.Tries >= MostTries;
        metrics.Notified(notice.Event, problem is null ? "sent" : telling.Done ? "given_up" : "failed");
        if (problem is not null)
        {
            string host = receiver.UrlFrom is not null ? NameOf(receiver) : WebhookAddress.Read(receiver.Url, out _)?.Authority ?? "an address that cannot be used";
            if (telling.Done)
                GivenUp(log, notice.Event, notice.Name, host, telling.Tries, problem);
            else
                NotTold(log, notice.Event, notice.Name, host, problem);
        }

        // Before the bell: the look that it wakes may begin the next try.
        telling.Busy = false;
        changed();
    }

    private static string NameOf(FleetNotification receiver) => receiver.UrlFrom is { } place
        ? $"the address in Secret {place.Namespace}/{place.Name}, entry {place.Key}"
        : receiver.Url ?? string.Empty;

    /// <summary>Doubles with each try.</summary>
    internal static TimeSpan Rest(int tries)
    {
        TimeSpan rest = FirstRest * Math.Pow(2, Math.Clamp(tries - 1, 0, 16));
        return rest < LongestRest ? rest : LongestRest;
    }

    private bool Forget(FleetStatus status, HashSet<string> current, DateTimeOffset now)
    {
        foreach (var key in _tellings.Where(entry => !entry.Value.Busy && !current.Contains(entry.Key.Notice)).Select(static entry => entry.Key).ToArray())
            _tellings.Remove(key);
        foreach (string old in _told.Where(told => !current.Contains(told.Key) && now - told.Value >= Remembered).Select(static told => told.Key).ToArray())
            _told.Remove(old);
        if (status.Notified is not { Count: > 0 } notified)
            return false;
        int before = notified.Count;
        notified.RemoveAll(told => !current.Contains(told.Id ?? string.Empty) && !(now - told.At < Remembered));
        // Of so many at once the oldest are the least likely to be still true.
        if (notified.Count > MostRemembered)
            notified.RemoveRange(0, notified.Count - MostRemembered);
        if (notified.Count == 0)
            status.Notified = null;
        return notified.Count != before;
    }

    /// <summary>One notice to one receiver.</summary>
    private sealed class Telling
    {
        private volatile bool _busy;

        /// <summary>A try is on its way.</summary>
        public bool Busy
        {
            get => _busy;
            set => _busy = value;
        }

        public Task Sending { get; set; } = Task.CompletedTask;

        public int Tries { get; set; }

        public DateTimeOffset NotBefore { get; set; }

        public bool Done { get; set; }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Event} of {Name} was not told to {Host}, and is tried again: {Problem}")]
    private static partial void NotTold(ILogger log, string @event, string name, string host, string problem);

    [LoggerMessage(2, LogLevel.Error, "{Event} of {Name} was not told to {Host} in {Tries} tries, and is not tried again: {Problem}")]
    private static partial void GivenUp(ILogger log, string @event, string name, string host, int tries, string problem);
}
