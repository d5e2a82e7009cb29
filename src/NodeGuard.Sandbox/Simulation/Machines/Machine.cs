namespace NodeGuard.Sandbox.Simulation.Machines;

internal enum MachineState
{
    /// <summary>Ordered; no Node yet.</summary>
    Booting,

    /// <summary>Its kubelet has registered, or is back from a reboot, and is not ready.</summary>
    Joining,
    Running,
    Rebooting,

    /// <summary>On its way out; its kubelet is silent.</summary>
    Stopping,
    Gone,
}

/// <summary>One machine of a pool, as its cloud knows it. One thread uses it.</summary>
internal sealed class Machine
{
    /// <summary>The cloud's name for it, such as i-000001; the last part of <see cref="ProviderId"/>.</summary>
    public required string Id { get; init; }

    public required string Pool { get; init; }

    public required string Zone { get; init; }

    public required string Image { get; init; }

    /// <summary>The name of the provider's object that stands for it; empty where the provider has none.</summary>
    public string Claim { get; init; } = "";

    /// <summary>What its predecessor's node said about the machine that would come, until its own node ends it.</summary>
    public MachineFaults Inherited { get; set; } = MachineFaults.None;

    public string ProviderId => $"sandbox://{Zone}/{Id}";

    /// <summary>The node's name, planned while it boots.</summary>
    public string NodeName { get; set; } = "";

    /// <summary>Empty until the Node is there.</summary>
    public string NodeUid { get; set; } = "";

    public required string BootId { get; set; }

    public MachineState State { get; set; }

    /// <summary>When the state began.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>When the agent on it started.</summary>
    public DateTimeOffset Up { get; set; }

    /// <summary>The operation that its last reboot was for.</summary>
    public string RebootedFor { get; set; } = "";

    /// <summary>That was a soft reboot.</summary>
    public bool KeepsKernel { get; set; }

    /// <summary>Its packages, by name, as the archive had them when it was made; null of one that was known again, until its agent looks.</summary>
    public Dictionary<string, string>? Installed { get; set; }

    /// <summary>When a kernel was installed last.</summary>
    public DateTimeOffset KernelSince { get; set; }

    /// <summary>What broke off its package manager was repaired.</summary>
    public bool Repaired { get; set; }

    /// <summary>When its agent began the update that runs; null while none does.</summary>
    public DateTimeOffset? UpdatesSince { get; set; }

    /// <summary>The faults of its node, as last seen: they outlive the Node.</summary>
    public MachineFaults OwnFaults { get; set; } = MachineFaults.None;

    /// <summary>A machine that takes its place is there already.</summary>
    public bool Followed { get; set; }

    /// <summary>The flapping fault has had its node.</summary>
    public bool Flapped { get; set; }

    public bool IsUp => State is MachineState.Joining or MachineState.Running;

    /// <summary>Counts in its pool.</summary>
    public bool IsActive => State is not (MachineState.Stopping or MachineState.Gone);

    public void Enter(MachineState state, DateTimeOffset now) => (State, Since) = (state, now);
}
