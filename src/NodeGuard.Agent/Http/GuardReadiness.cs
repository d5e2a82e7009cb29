using NodeGuard.Agent.Control;
using NodeGuard.Hosting.Http;

namespace NodeGuard.Agent.Http;

/// <summary>What /readyz says of the guard.</summary>
internal static class GuardReadiness
{
    public static Readiness Of(GuardStatus status)
    {
        bool ready = status.State
            is GuardState.Guarding or GuardState.Restoring or GuardState.NothingToGuardAgainst or GuardState.Degraded;
        return new Readiness(ready, Words(status.State), status.Problems);
    }

    private static string Words(GuardState state) => state switch
    {
        GuardState.Starting => "starting, the first dump is not done",
        GuardState.Guarding => "guarding",
        GuardState.NothingToGuardAgainst => "nothing to guard against, networkd does not run here",
        GuardState.Degraded => "guarding, degraded",
        GuardState.Restoring => "restoring",
        _ => "failed, the kernel's notifications cannot be read",
    };
}
