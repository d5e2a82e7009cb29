using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace NodeGuard.Kubernetes.Events;

/// <summary>
/// Writes events of events.k8s.io/v1. <see cref="Record"/> never waits and never fails: what cannot be written is dropped
/// and counted. Nothing may depend on an event.
/// </summary>
public sealed partial class EventRecorder : IDisposable
{
    private readonly EventRecorderOptions _options;
    private readonly EventMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly EventCorrelator _correlator;
    private readonly Channel<EventText> _queue;
    private readonly EventWriter _writer;

    public EventRecorder(IKubeApi api, EventRecorderOptions options, EventMetrics metrics, TimeProvider time, ILogger log)
    {
        _options = options;
        _metrics = metrics;
        _time = time;
        _log = log;
        _correlator = new EventCorrelator(options);
        _writer = new EventWriter(api, options, time);
        _queue = Channel.CreateBounded<EventText>(new BoundedChannelOptions(options.QueueLength)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
        });
    }

    /// <summary>From any thread. False when the queue is full: the event is dropped and counted.</summary>
    public bool Record(EventText text)
    {
        if (_queue.Writer.TryWrite(text))
            return true;
        _metrics.Dropped("queue");
        return false;
    }

    /// <summary>Writes until cancelled, then what is still waiting for a short time. To be called once.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await WaitAsync(stop);
                await WriteWaitingAsync(stop);
                foreach (var due in _correlator.Due(_time.GetUtcNow()))
                    await WriteAsync(due, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await FlushAsync();
        }
    }

    public void Dispose() => _queue.Writer.TryComplete();

    /// <summary>For something to write, or for a count to be due.</summary>
    private async Task WaitAsync(CancellationToken stop)
    {
        using var wake = new CancellationTokenSource(_options.SeriesInterval, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(wake.Token, stop);
        try
        {
            await _queue.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Time to look at the counts.
        }
    }

    private async Task WriteWaitingAsync(CancellationToken stop)
    {
        while (_queue.Reader.TryRead(out var text))
        {
            var before = _correlator.Limited;
            var write = _correlator.Happened(text, _time.GetUtcNow());
            if (_correlator.Limited > before)
                _metrics.Dropped("limit");
            if (write is not null)
                await WriteAsync(write, stop);
        }
    }

    private async Task FlushAsync()
    {
        using var end = new CancellationTokenSource(_options.FlushTime, _time);
        try
        {
            await WriteWaitingAsync(end.Token);
            foreach (var due in _correlator.Due(_time.GetUtcNow(), all: true))
                await WriteAsync(due, end.Token);
        }
        catch (OperationCanceledException)
        {
            while (_queue.Reader.TryRead(out _))
                _metrics.Dropped("stopped");
        }
    }

    private async Task WriteAsync(EventWrite write, CancellationToken stop)
    {
        var failure = await _writer.WriteAsync(write, stop);
        if (failure is null)
        {
            _metrics.Written(write is EventWrite.Create ? "create" : "count");
            return;
        }

        // Expired on the server, or never there: the next happening makes it anew.
        _correlator.Forget(write.Series);
        _metrics.Dropped(failure.Kind.ToString().ToLowerInvariant());
        NotWritten(_log, write.Series.Event.Reason ?? string.Empty, $"{write.Series.Key.Kind} {write.Series.Key.Name}", failure.Message);
    }

    [LoggerMessage(1, LogLevel.Warning, "the event {Reason} of {Regarding} is lost: {Message}")]
    private static partial void NotWritten(ILogger log, string reason, string regarding, string message);
}
