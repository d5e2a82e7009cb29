namespace NodeGuard.Core.Routing.Recovery;

/// <summary>What ties a ledger to the moment that it describes.</summary>
/// <param name="BootId">/proc/sys/kernel/random/boot_id.</param>
/// <param name="NetworkNamespace">Inode of the network namespace.</param>
/// <param name="NetworkdInvocation">Identity of the networkd process that ran; null when unknown or none ran.</param>
public sealed record LedgerBinding(string BootId, ulong NetworkNamespace, string? NetworkdInvocation);

/// <summary>What is found at the agent's start, beside the ledger.</summary>
public sealed record StartupEvidence
{
    public required LedgerBinding Live { get; init; }

    /// <summary>The agent before us had seen the first deletion of an episode and not its end.</summary>
    public required bool EpisodeWasOpen { get; init; }

    /// <summary>Since the earlier agent's last sign of life, by the boot-time clock; null when unknown.</summary>
    public required TimeSpan? Absence { get; init; }

    /// <summary>Non-kernel foreign rules in the ledger, and how many of them live.</summary>
    public required int LedgerRules { get; init; }

    public required int LiveRules { get; init; }

    /// <summary>Other foreign objects in the ledger, and how many of them live.</summary>
    public required int LedgerOthers { get; init; }

    public required int LiveOthers { get; init; }
}

public enum RecoveryKind
{
    /// <summary>The ledger is of another boot or namespace: it is kept aside, and what lives is adopted.</summary>
    SetAside,

    /// <summary>No flush explains what is missing: it is given up unless one shows in the next seconds.</summary>
    Adopt,

    /// <summary>A flush happened that nobody watched: what is missing is restored.</summary>
    Restore,
}

public sealed record RecoveryDecision(RecoveryKind Kind, string Reason);

/// <summary>Decides what the absence of ledger objects at start means. Pure.</summary>
public static class StartupRecovery
{
    /// <summary>An agent that is restarted by systemd or a kubelet is back well within this time.</summary>
    public static readonly TimeSpan ShortAbsence = TimeSpan.FromSeconds(30);

    public static RecoveryDecision Decide(LedgerBinding ledger, StartupEvidence evidence)
    {
        LedgerBinding live = evidence.Live;
        if (ledger.BootId != live.BootId)
        {
            return new(RecoveryKind.SetAside, $"the ledger is of boot {ledger.BootId}, this is boot {live.BootId}");
        }

        if (ledger.NetworkNamespace != live.NetworkNamespace)
        {
            return new(
                RecoveryKind.SetAside,
                $"the ledger is of network namespace {ledger.NetworkNamespace}, this is {live.NetworkNamespace}");
        }

        int ledgerTotal = evidence.LedgerRules + evidence.LedgerOthers;
        int liveTotal = evidence.LiveRules + evidence.LiveOthers;
        if (ledgerTotal == liveTotal)
        {
            return new(RecoveryKind.Adopt, "every object of the ledger lives");
        }

        if (evidence.EpisodeWasOpen)
        {
            return new(RecoveryKind.Restore, "the agent had stopped in the middle of an episode");
        }

        bool restarted = ledger.NetworkdInvocation is not null && live.NetworkdInvocation is not null
            && ledger.NetworkdInvocation != live.NetworkdInvocation;
        if (!restarted)
        {
            return new(
                RecoveryKind.Adopt,
                live.NetworkdInvocation is null || ledger.NetworkdInvocation is null
                    ? "whether networkd was restarted is unknown"
                    : "networkd was not restarted meanwhile");
        }

        return DecideAfterRestart(evidence);
    }

    private static RecoveryDecision DecideAfterRestart(StartupEvidence evidence)
    {
        if (evidence.LedgerRules > 0 && evidence.LiveRules == 0)
        {
            return new(RecoveryKind.Restore, "networkd was restarted and none of the ledger's rules is left");
        }

        if (evidence.LedgerRules == 0 && evidence.LiveOthers == 0)
        {
            return new(RecoveryKind.Restore, "networkd was restarted and none of the ledger's objects is left");
        }

        if (evidence.Absence is { } absence && absence >= TimeSpan.Zero && absence <= ShortAbsence)
        {
            return new(
                RecoveryKind.Restore,
                $"networkd was restarted within the {absence.TotalSeconds:F1} s in which no agent ran");
        }

        return new(RecoveryKind.Adopt, "networkd was restarted, but what is left shows no flush");
    }
}
