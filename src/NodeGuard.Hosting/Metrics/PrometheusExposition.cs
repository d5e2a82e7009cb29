using System.Diagnostics.Metrics;
using System.Text;

namespace NodeGuard.Hosting.Metrics;

/// <summary>
/// Collects the measurements of the meters whose scope it is, and writes them in Prometheus' text format 0.0.4.
/// Instruments are named as Prometheus shall see them.
/// </summary>
public sealed class PrometheusExposition : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    public PrometheusExposition()
    {
        _listener.InstrumentPublished = Publish;
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>All families by name, all series by labels: two scrapes of one state are equal byte for byte.</summary>
    public string Write()
    {
        var text = new StringBuilder(8 * 1024);
        lock (_gate)
        {
            foreach (MetricFamily family in _families.Values)
            {
                family.BeginScrape();
            }

            _listener.RecordObservableInstruments();
            foreach (MetricFamily family in _families.Values)
            {
                family.Write(text);
            }
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Publish(Instrument instrument, MeterListener listener)
    {
        if (!ReferenceEquals(instrument.Meter.Scope, this))
        {
            return;
        }

        MetricFamily family = MetricFamily.Of(instrument);
        lock (_gate)
        {
            _families.Add(instrument.Name, family);
        }

        listener.EnableMeasurementEvents(instrument, family);
    }
}
