using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Caching;

/// <summary>The instruments of all caches of a process, each value labelled with its resource.</summary>
public sealed class CacheMetrics : IDisposable
{
    // From a microsecond, which a busy cache needs, to a tenth of a second, which would be the whole of the lag's goal.
    private static readonly double[] ApplyBounds = [1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1, 1];

    private readonly Meter _meter;
    private readonly ConcurrentDictionary<string, Func<CacheHealth>> _caches = new(StringComparer.Ordinal);
    private readonly Counter<long> _lists;
    private readonly Counter<long> _watches;
    private readonly Counter<long> _events;
    private readonly Counter<long> _repetitions;
    private readonly Counter<long> _relists;
    private readonly Counter<long> _errors;
    private readonly Histogram<double> _apply;

    /// <param name="scope">Of the meter, by which a listener finds it; null for none.</param>
    public CacheMetrics(object? scope = null)
    {
        _meter = new Meter(new MeterOptions("NodeGuard.Kubernetes.Caching") { Scope = scope });
        _lists = _meter.CreateCounter<long>("nodeguard_cache_lists_total", null, "Complete states read, by list or by watch-list.");
        _watches = _meter.CreateCounter<long>("nodeguard_cache_watches_total", null, "Watches opened.");
        _events = _meter.CreateCounter<long>("nodeguard_cache_events_total", null, "Events received, by type.");
        _repetitions = _meter.CreateCounter<long>(
            "nodeguard_cache_repetitions_total", null, "Events that told of a state that was held already.");
        _relists = _meter.CreateCounter<long>("nodeguard_cache_relists_total", null, "Times that the state was read again, by reason.");
        _errors = _meter.CreateCounter<long>("nodeguard_cache_errors_total", null, "Calls that failed, by kind.");
        _apply = _meter.CreateHistogram(
            "nodeguard_cache_apply_seconds", "s", "From a decoded event to a state that readers see.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = ApplyBounds });
        Gauge("nodeguard_cache_objects", "{object}", "Objects held.", health => health.Objects);
        Gauge("nodeguard_cache_synced", null, "1 when a complete state can be read.", health => health.Synced ? 1 : 0);
        // No value before the first event: an age of nothing would look fresh.
        Gauge(
            "nodeguard_cache_last_event_age_seconds", "s", "Since the server last sent an event, a bookmark or a state.",
            health => health.LastProgress?.TotalSeconds);
    }

    public void Dispose() => _meter.Dispose();

    internal void Register(string resource, Func<CacheHealth> health) => _caches[resource] = health;

    internal void Listed(string resource) => _lists.Add(1, Of(resource));

    internal void Watched(string resource) => _watches.Add(1, Of(resource));

    internal void Received(string resource, string type) => _events.Add(1, Of(resource), new("type", type));

    internal void Repeated(string resource) => _repetitions.Add(1, Of(resource));

    internal void Relisted(string resource, RelistReason reason) => _relists.Add(1, Of(resource), new("reason", Word(reason)));

    internal void Failed(string resource, ApiFailureKind kind) => _errors.Add(1, Of(resource), new("kind", Word(kind)));

    internal void Applied(string resource, TimeSpan took) => _apply.Record(took.TotalSeconds, Of(resource));

    private static KeyValuePair<string, object?> Of(string resource) => new("resource", resource);

    private static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();

    private void Gauge(string name, string? unit, string description, Func<CacheHealth, double?> value) =>
        _meter.CreateObservableGauge(name, () => Observe(value), unit, description);

    private IEnumerable<Measurement<double>> Observe(Func<CacheHealth, double?> value)
    {
        foreach ((string resource, Func<CacheHealth> health) in _caches)
        {
            if (value(health()) is { } number)
                yield return new(number, Of(resource));
        }
    }
}
