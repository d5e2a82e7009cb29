using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace NodeGuard.Hosting.Metrics;

/// <summary>One metric name with all its label sets.</summary>
internal sealed class MetricFamily
{
    private readonly string _name;
    private readonly string _help;
    private readonly string _type;
    private readonly bool _adds;
    private readonly bool _observed;
    private readonly IReadOnlyList<double>? _bounds;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

    private MetricFamily(Instrument instrument, string type, bool adds, IReadOnlyList<double>? bounds)
    {
        _name = instrument.Name;
        _help = instrument.Description ?? instrument.Name;
        _type = type;
        _adds = adds;
        _observed = instrument.IsObservable;
        _bounds = bounds;
    }

    public static MetricFamily Of(Instrument instrument) => instrument switch
    {
        Counter<long> or Counter<double> => new(instrument, "counter", adds: true, null),
        ObservableCounter<long> or ObservableCounter<double> => new(instrument, "counter", adds: false, null),
        Histogram<double> histogram => new(
            instrument,
            "histogram",
            adds: true,
            histogram.Advice?.HistogramBucketBoundaries
                ?? throw new ArgumentException($"histogram {instrument.Name} says no bucket boundaries; create it with an advice")),
        Gauge<long> or Gauge<double> or ObservableGauge<long> or ObservableGauge<double> => new(instrument, "gauge", adds: false, null),
        _ => throw new ArgumentException(
            $"instrument {instrument.Name} is a {instrument.GetType().Name}; wanted a counter, gauge or histogram of long or double"),
    };

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string labels = Labels(tags);
        lock (_gate)
        {
            if (!_series.TryGetValue(labels, out Series? series))
            {
                series = new Series(_bounds);
                _series.Add(labels, series);
            }

            series.Record(value, _adds);
        }
    }

    /// <summary>An observed series that is not observed again has ended.</summary>
    public void BeginScrape()
    {
        lock (_gate)
        {
            if (_observed)
            {
                _series.Clear();
            }
        }
    }

    public void Write(StringBuilder text)
    {
        lock (_gate)
        {
            if (_series.Count == 0)
            {
                return;
            }

            text.Append("# HELP ").Append(_name).Append(' ').Append(EscapeHelp(_help)).Append('\n');
            text.Append("# TYPE ").Append(_name).Append(' ').Append(_type).Append('\n');
            foreach ((string labels, Series series) in _series)
            {
                series.Write(text, _name, labels);
            }
        }
    }

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return string.Empty;
        }

        var labels = new StringBuilder();
        foreach ((string name, object? value) in tags)
        {
            if (labels.Length > 0)
            {
                labels.Append(',');
            }

            string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
            labels.Append(name).Append("=\"").Append(EscapeLabel(text)).Append('"');
        }

        return labels.ToString();
    }

    private static string EscapeHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string EscapeLabel(string text) => EscapeHelp(text).Replace("\"", "\\\"", StringComparison.Ordinal);

    private sealed class Series(IReadOnlyList<double>? bounds)
    {
        private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Count];
        private double _value;
        private long _count;

        public void Record(double value, bool adds)
        {
            _value = adds ? _value + value : value;
            _count++;
            for (int i = 0; i < _buckets?.Length; i++)
            {
                // Prometheus' buckets hold everything up to and including their bound.
                if (value <= bounds![i])
                {
                    _buckets[i]++;
                }
            }
        }

        public void Write(StringBuilder text, string name, string labels)
        {
            if (_buckets is null)
            {
                AppendLine(text, name, labels, Number(_value));
                return;
            }

            string separator = labels.Length == 0 ? string.Empty : ",";
            for (int i = 0; i < _buckets.Length; i++)
            {
                AppendLine(text, name + "_bucket", $"{labels}{separator}le=\"{Number(bounds![i])}\"", Number(_buckets[i]));
            }

            AppendLine(text, name + "_bucket", $"{labels}{separator}le=\"+Inf\"", Number(_count));
            AppendLine(text, name + "_sum", labels, Number(_value));
            AppendLine(text, name + "_count", labels, Number(_count));
        }

        private static void AppendLine(StringBuilder text, string name, string labels, string value)
        {
            text.Append(name);
            if (labels.Length > 0)
            {
                text.Append('{').Append(labels).Append('}');
            }

            text.Append(' ').Append(value).Append('\n');
        }
    }
}
