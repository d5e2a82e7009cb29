using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Election;

/// <summary>
/// What a Lease says, for comparing: a record that differs from the one before was written by somebody who lives. Its times
/// are their writer's wall clock; nothing is ever reckoned with them.
/// </summary>
internal sealed record LeaseRecord(
    string Holder, TimeSpan? Duration, MicroTime? AcquireTime, MicroTime? RenewTime, int Transitions)
{
    public static LeaseRecord Of(Lease lease) => new(
        lease.Spec?.HolderIdentity ?? "",
        lease.Spec?.LeaseDurationSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Max(seconds, 0)) : null,
        lease.Spec?.AcquireTime,
        lease.Spec?.RenewTime,
        lease.Spec?.LeaseTransitions ?? 0);
}
