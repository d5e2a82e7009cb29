using System.Diagnostics.Metrics;

namespace NodeGuard.Hosting.Metrics;

/// <summary>The process metrics of a process whose instruments are in several meters.</summary>
public sealed class ProcessMeter : IDisposable
{
    private readonly Meter _meter;

    /// <param name="exposition">Scope of the meter.</param>
    public ProcessMeter(PrometheusExposition exposition)
    {
        _meter = new Meter(new MeterOptions("NodeGuard.Process") { Scope = exposition });
        ProcessGauges.Create(_meter);
    }

    public void Dispose() => _meter.Dispose();
}
