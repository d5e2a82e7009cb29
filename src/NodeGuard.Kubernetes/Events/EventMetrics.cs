using System.Diagnostics.Metrics;

namespace NodeGuard.Kubernetes.Events;

/// <summary>What became of the events of a process.</summary>
public sealed class EventMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _written;
    private readonly Counter<long> _dropped;

    /// <param name="scope">Of the meter, by which a listener finds it; null for none.</param>
    public EventMetrics(object? scope = null)
    {
        _meter = new Meter(new MeterOptions("NodeGuard.Kubernetes.Events") { Scope = scope });
        _written = _meter.CreateCounter<long>("nodeguard_events_written_total", null, "Events created and counts of series told, by write.");
        _dropped = _meter.CreateCounter<long>("nodeguard_events_dropped_total", null, "Events that were not written, by reason.");
    }

    public void Dispose() => _meter.Dispose();

    internal void Written(string write) => _written.Add(1, new KeyValuePair<string, object?>("write", write));

    internal void Dropped(string reason) => _dropped.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
