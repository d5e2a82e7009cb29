using System.Diagnostics.Metrics;
using System.Globalization;
using NodeGuard.Hosting.Metrics;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Metrics;

public sealed class PrometheusExpositionTests : IDisposable
{
    private readonly PrometheusExposition _exposition = new();
    private readonly Meter _meter;

    public PrometheusExpositionTests() => _meter = new Meter(new MeterOptions("test") { Scope = _exposition });

    public void Dispose()
    {
        _meter.Dispose();
        _exposition.Dispose();
    }

    [Fact]
    public void Families_are_sorted_by_name_and_series_by_labels()
    {
        Counter<long> b = _meter.CreateCounter<long>("b_total", null, "second");
        _meter.CreateGauge<double>("a", null, "first").Record(0.5);
        b.Add(1, Label("kind", "z"));
        b.Add(2, Label("kind", "y"));
        b.Add(3, Label("kind", "z"));

        _exposition.Write().ShouldBe(
            """
            # HELP a first
            # TYPE a gauge
            a 0.5
            # HELP b_total second
            # TYPE b_total counter
            b_total{kind="y"} 2
            b_total{kind="z"} 4

            """);
    }

    [Fact]
    public void Labels_and_help_are_escaped()
    {
        _meter.CreateCounter<long>("c_total", null, "a \\ and\na line, \"quoted\"").Add(1, Label("text", "\"\\\n\u00e9"));

        _exposition.Write().ShouldBe(
            "# HELP c_total a \\\\ and\\na line, \"quoted\"\n# TYPE c_total counter\nc_total{text=\"\\\"\\\\\\n\u00e9\"} 1\n");
    }

    [Fact]
    public void Histogram_buckets_are_cumulative_and_include_their_bound()
    {
        Histogram<double> histogram = _meter.CreateHistogram(
            "h_seconds", "s", "times", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1e-5, 0.1, 1] });
        foreach (double value in new[] { 1e-5, 0.05, 0.1, 0.5, 20 })
        {
            histogram.Record(value, Label("kind", "rule"));
        }

        _exposition.Write().ShouldBe(
            """
            # HELP h_seconds times
            # TYPE h_seconds histogram
            h_seconds_bucket{kind="rule",le="1E-05"} 1
            h_seconds_bucket{kind="rule",le="0.1"} 3
            h_seconds_bucket{kind="rule",le="1"} 4
            h_seconds_bucket{kind="rule",le="+Inf"} 5
            h_seconds_sum{kind="rule"} 20.65001
            h_seconds_count{kind="rule"} 5

            """);
    }

    [Fact]
    public void An_observed_series_that_is_gone_is_no_longer_written()
    {
        string version = "1";
        _meter.CreateObservableGauge("info", () => new Measurement<long>(1, Label("version", version)), null, "x");
        _exposition.Write().ShouldContain("info{version=\"1\"} 1");

        version = "2";

        _exposition.Write().ShouldNotContain("version=\"1\"");
    }

    [Fact]
    public void Instruments_of_other_scopes_are_left_out()
    {
        using var other = new Meter("test");
        other.CreateCounter<long>("foreign_total").Add(1);

        _exposition.Write().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(9007199254740991d, "9007199254740991")]
    public void Numbers_are_written_as_prometheus_reads_them(double value, string expected)
    {
        _meter.CreateGauge<double>("g", null, "x").Record(value);

        _exposition.Write().ShouldEndWith($"g {expected}\n");
    }

    [Fact]
    public async Task Concurrent_counting_and_scraping_loses_nothing()
    {
        Counter<long> counter = _meter.CreateCounter<long>("n_total", null, "x");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                counter.Add(1, Label("kind", (i % 3).ToString(CultureInfo.InvariantCulture)));
                if (i % 100 == 0)
                {
                    _exposition.Write();
                }
            }
        })));

        _exposition.Write().Split('\n').Where(line => line.StartsWith("n_total", StringComparison.Ordinal))
            .Sum(line => long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).ShouldBe(8_000);
    }

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
