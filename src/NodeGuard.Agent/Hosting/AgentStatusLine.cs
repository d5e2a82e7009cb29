using NodeGuard.Agent.Control;

namespace NodeGuard.Agent.Hosting;

/// <summary>The guard's status in one line, for `systemctl status` and the start message.</summary>
internal static class AgentStatusLine
{
    public static string Of(GuardStatus status)
    {
        string state = status.State switch
        {
            GuardState.Starting => "starting",
            GuardState.Guarding => "guarding",
            GuardState.NothingToGuardAgainst => "nothing to guard against",
            GuardState.Degraded => "guarding, degraded",
            GuardState.Restoring => "restoring",
            _ => "failed",
        };
        string mode = status.Mode == GuardMode.Observe ? ", observing only" : string.Empty;
        string missing = status.Missing.Total > 0 ? $", {status.Missing.Total} missing" : string.Empty;
        string problem = status.Problems.Count > 0 ? $"; {status.Problems[0]}" : string.Empty;
        return $"{state}{mode}, {status.Foreign.Total} foreign objects{missing}, networkd {status.NetworkdVersion ?? status.Networkd}{problem}";
    }
}
