using NodeGuard.Agent.Metrics;
using NodeGuard.Linux.Systemd.Bus;
using NodeGuard.Linux.Systemd.Causes;

namespace NodeGuard.Agent.Guarding;

/// <summary>What may have made networkd flush: unit jobs that the bus told, package runs that are seen, a new start.</summary>
internal sealed class FlushCause(string procRoot, TimeProvider time)
{
    private const string DpkgLog = "/var/log/dpkg.log";

    // A flush follows its job within seconds; an old one explains nothing.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private string? _job;
    private long _jobAt;
    private long? _startedAt;

    /// <summary>A job of systemd on networkd's unit; its type may follow.</summary>
    public void NoteJob(UnitJob job, BusValue<string> type)
    {
        lock (_lock)
        {
            _job = job.Describe(type);
            _jobAt = time.GetTimestamp();
        }
    }

    public void NoteStart()
    {
        lock (_lock)
        {
            _startedAt = time.GetTimestamp();
        }
    }

    /// <summary>The best explanation at this moment; a package run names the job that it caused.</summary>
    public KnownCause Now()
    {
        string? job;
        lock (_lock)
        {
            job = _job is not null && time.GetElapsedTime(_jobAt) < Fresh ? _job
                : _startedAt is { } started && time.GetElapsedTime(started) < Fresh ? "systemd-networkd was started anew, by no job that was seen"
                : null;
        }

        if (PackageRun.Find(procRoot, DpkgLog, time) is { } run)
        {
            return new(EpisodeCause.PackageRun, job is null ? run.Description : $"{job}, during: {run.Description}");
        }

        return job is null ? KnownCause.Unknown : new(EpisodeCause.UnitJob, job);
    }
}
