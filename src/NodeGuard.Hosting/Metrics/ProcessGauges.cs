using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace NodeGuard.Hosting.Metrics;

/// <summary>The process metrics that Prometheus' client libraries agree on.</summary>
public static class ProcessGauges
{
    public static void Create(Meter meter)
    {
        double startedAt = StartedAt();
        meter.CreateObservableCounter(
            "process_cpu_seconds_total", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "User and system time of this process.");
        meter.CreateObservableGauge("process_resident_memory_bytes", () => Environment.WorkingSet, "By", "Resident memory of this process.");
        meter.CreateObservableGauge("process_start_time_seconds", () => startedAt, "s", "When this process started.");
    }

    private static double StartedAt()
    {
        using var self = Process.GetCurrentProcess();
        return new DateTimeOffset(self.StartTime).ToUnixTimeMilliseconds() / 1000.0;
    }
}
