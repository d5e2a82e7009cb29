using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Cli.Prevention;

/// <summary>What the agent knows and files do not tell: which foreign objects live here. Null where there is no agent to ask.</summary>
public sealed record AgentKnowledge(GuardStatus Status, IReadOnlyList<LedgerObject> Objects);

/// <summary>What doctor and harden need of this host.</summary>
public interface IPreventionHost
{
    Task<DoctorInput> ExamineAsync(AgentKnowledge? agent, CancellationToken cancellation);

    Task<PreventionInput> PlanningInputAsync(HardenMode mode, AgentKnowledge? agent, CancellationToken cancellation);

    IReadOnlyList<HardenedFile> Apply(PreventionPlan plan);
}

public enum HardenChange
{
    WouldWrite,
    WouldRemove,
    Written,
    Removed,
    Refused,
}

/// <param name="Path">On the host.</param>
/// <param name="Change">What became of it, or in a dry run what would.</param>
/// <param name="Why">Why it is wanted or gone, or why it was refused.</param>
public sealed record HardenedFile(string Path, HardenChange Change, string Why);

public sealed record HardenReport(HardenMode Mode, bool DryRun, IReadOnlyList<HardenedFile> Files, IReadOnlyList<PreventionNote> Notes)
{
    public bool Passed => Notes.Count == 0 && !Files.Any(static file => file.Change is HardenChange.Refused);
}
