using At = NodeGuard.Core.Updates.Runs.UpdateRunPhase;
using On = NodeGuard.Core.Updates.Runs.UpdateRunEvent;

namespace NodeGuard.Core.Updates.Runs;

/// <summary>What one look at a run shows.</summary>
public enum UpdateRunEvent
{
    /// <summary>Nothing that leads on.</summary>
    Waiting,

    /// <summary>The tool is at work.</summary>
    Started,

    /// <summary>The tool was not started within the deadline.</summary>
    TooLate,

    /// <summary>The tool ended by itself with success, and dpkg is whole.</summary>
    EndedWell,

    /// <summary>It failed, was killed, or left dpkg in the middle of something.</summary>
    EndedIll,

    /// <summary>The host runs another boot than that in which the tool was at work.</summary>
    HostWentDown,

    /// <summary>The tool's unit is gone, and with it how it ended.</summary>
    LostSight,

    /// <summary>All that was well before is well.</summary>
    Well,

    /// <summary>It has not become so in time.</summary>
    StaysIll,
}

/// <summary>Which event leads from which phase to which; what is not listed changes nothing.</summary>
public static class UpdateRunTable
{
    public static UpdateRunPhase Next(UpdateRunPhase phase, UpdateRunEvent happened) => (phase, happened) switch
    {
        (At.Begun, On.Started) => At.Running,
        (At.Begun or At.Running, On.EndedWell) => At.Verifying,

        // How far it came is told by the packages; how it would have ended by nobody.
        (At.Begun, On.TooLate) => At.Failed,
        (At.Begun or At.Running, On.EndedIll or On.HostWentDown or On.LostSight) => At.Failed,

        // The host may be rebooted by whoever wants to: what has to be well has to be well afterwards, too.
        (At.Verifying, On.Well) => At.Succeeded,
        (At.Verifying, On.StaysIll) => At.Failed,

        _ => phase,
    };
}
