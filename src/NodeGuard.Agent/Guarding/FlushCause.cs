using NodeGuard.Agent.Metrics;

namespace NodeGuard.Agent.Guarding;

/// <summary>Collects what may have made networkd flush: unit jobs that the bus told, package runs that are seen.</summary>
internal sealed class FlushCause
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private string? _job;
    private DateTimeOffset _jobAt;
    private string? _identity;

    /// <summary>A job of systemd on networkd's unit.</summary>
    public void Note(string job, DateTimeOffset at)
    {
        lock (_lock)
        {
            _job = job;
            _jobAt = at;
        }
    }

    public KnownCause Now(NetworkdView networkd)
    {
        lock (_lock)
        {
            bool restarted = _identity is not null && networkd.Process is { } process && process.Identity != _identity;
            _identity = networkd.Process?.Identity ?? _identity;
            if (_job is not null && DateTimeOffset.UtcNow - _jobAt < Fresh)
            {
                return new(EpisodeCause.UnitJob, _job);
            }

            return restarted ? new(EpisodeCause.UnitJob, "systemd-networkd was started anew") : KnownCause.Unknown;
        }
    }
}
