using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Election;

/// <summary>Reads and writes the lease; keeps the object as last read, whose resourceVersion is the condition of the next write.</summary>
internal sealed class LeaseWriter(IKubeApi api, LeaderElectionOptions options, TimeProvider clock)
{
    // What kubectl shows while a lease is free: gone in a moment, as client-go writes it.
    private const int ReleasedSeconds = 1;

    private Lease? _lease;

    /// <summary>Ok without a value: there is no lease.</summary>
    public async Task<ApiResult<LeaseRecord?>> ReadAsync(CancellationToken cancellation)
    {
        ApiResult<Lease> answer = await api.GetAsync(ResourceTypes.Leases, options.Lease, cancellation);
        switch (answer)
        {
            case ApiResult<Lease>.Ok ok:
                _lease = ok.Value;
                return new ApiResult<LeaseRecord?>.Ok(LeaseRecord.Of(ok.Value));
            case ApiResult<Lease>.Failed { Failure: { Kind: ApiFailureKind.NotFound } }:
                _lease = null;
                return new ApiResult<LeaseRecord?>.Ok(null);
            case ApiResult<Lease>.Failed failed:
                return new ApiResult<LeaseRecord?>.Failed(failed.Failure);
            default:
                throw new InvalidOperationException($"an answer of no known kind: {answer}");
        }
    }

    /// <summary>Takes the lease, or renews it where it is ours already.</summary>
    public Task<ApiResult<LeaseRecord>> TakeAsync(CancellationToken cancellation)
    {
        LeaseSpec? before = _lease?.Spec;
        bool ours = before?.HolderIdentity == options.Identity;
        MicroTime now = Now(before?.RenewTime);
        return WriteAsync(
            spec =>
            {
                spec.HolderIdentity = options.Identity;
                spec.LeaseDurationSeconds = (int)options.Times.LeaseDuration.TotalSeconds;
                spec.AcquireTime = ours ? before!.AcquireTime ?? now : now;
                spec.RenewTime = now;
                spec.LeaseTransitions = (before?.LeaseTransitions ?? 0) + (ours || before is null ? 0 : 1);
            },
            cancellation);
    }

    /// <summary>Gives the lease back, so that nobody has to wait for its end.</summary>
    public Task<ApiResult<LeaseRecord>> ReleaseAsync(CancellationToken cancellation) => WriteAsync(
        spec =>
        {
            MicroTime now = Now(spec.RenewTime);
            spec.HolderIdentity = "";
            spec.LeaseDurationSeconds = ReleasedSeconds;
            spec.AcquireTime = now;
            spec.RenewTime = now;
        },
        cancellation);

    private async Task<ApiResult<LeaseRecord>> WriteAsync(Action<LeaseSpec> change, CancellationToken cancellation)
    {
        Lease lease = Copy();
        change(lease.Spec!);
        ApiResult<Lease> answer = _lease is null
            ? await api.CreateAsync(ResourceTypes.Leases, lease, WriteOptions.Default, cancellation)
            : await api.ReplaceAsync(ResourceTypes.Leases, lease, null, WriteOptions.Default, cancellation);
        if (answer is ApiResult<Lease>.Ok ok)
        {
            _lease = ok.Value;
            return new ApiResult<LeaseRecord>.Ok(LeaseRecord.Of(ok.Value));
        }

        return new ApiResult<LeaseRecord>.Failed(((ApiResult<Lease>.Failed)answer).Failure);
    }

    /// <summary>A write without known outcome must leave what was read as it was.</summary>
    private Lease Copy() => new()
    {
        ApiVersion = ResourceTypes.Leases.ApiVersion,
        Kind = ResourceTypes.Leases.Kind,
        Metadata = _lease?.Metadata ?? new() { Namespace = options.Lease.Namespace, Name = options.Lease.Name },
        Unknown = _lease?.Unknown,
        Spec = new()
        {
            HolderIdentity = _lease?.Spec?.HolderIdentity,
            LeaseDurationSeconds = _lease?.Spec?.LeaseDurationSeconds,
            AcquireTime = _lease?.Spec?.AcquireTime,
            RenewTime = _lease?.Spec?.RenewTime,
            LeaseTransitions = _lease?.Spec?.LeaseTransitions,
            Unknown = _lease?.Spec?.Unknown,
        },
    };

    /// <summary>Never the time that is written already: others see that we live by a record that changed, whatever our wall clock does.</summary>
    private MicroTime Now(MicroTime? before)
    {
        DateTimeOffset now = clock.GetUtcNow();
        now = new(now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        return new(now == before?.Value ? now.AddMicroseconds(1) : now);
    }
}
