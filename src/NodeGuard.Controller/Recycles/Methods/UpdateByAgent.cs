using System.Text.Json.Nodes;
using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Updates;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>
/// The node's agent is asked, through its GuardedNode, to install packages in exactly the versions that the recycle names; and
/// to reboot the machine after that, where a reboot is due and wanted, and the node is drained (Invariant 6).
/// </summary>
internal sealed class UpdateByAgent(IKubeApi api) : IReplacementMethod
{
    private const string What = "update the node";

    private readonly AgentOperation _agent = new(api);

    public Task<Preparation> PrepareAsync(RecycleContext recycle, CancellationToken cancellation) =>
        Task.FromResult(AgentOperation.WhyNot(recycle, What) ?? Prepare(recycle));

    public Task<Asked> AskAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        if (IsUpdated(recycle) || recycle.View.Agent(recycle.NodeName)?.AskedOperation == RebootId(recycle))
            return _agent.AskAsync(recycle, RebootId(recycle), RebootByAgent.KindOf(recycle), RebootByAgent.What, [], cancellation);
        var packages = new JsonArray([.. (recycle.Replacement?.Updates ?? []).Select(static package => (JsonNode)new JsonObject { ["name"] = package.Name, ["version"] = package.Version })]);
        bool despiteHazard = recycle.Policy?.Spec?.Updates?.OnHazard == nameof(HazardResponse.Proceed);
        return _agent.AskAsync(
            recycle, AgentOperation.Id(recycle), nameof(OperationKind.Update), What,
            [new("packages", packages), new("repair", recycle.Replacement?.Repair == true ? JsonValue.Create(true) : null), new("despiteHazard", JsonValue.Create(despiteHazard))],
            cancellation);
    }

    /// <summary>The packages are there, and so is the machine, started again where that was wanted.</summary>
    public static bool IsDone(RecycleContext recycle) =>
        IsUpdated(recycle) ? !WantsReboot(recycle) : recycle.View.Agent(recycle.NodeName)?.AskedOperation == RebootId(recycle) && RebootByAgent.IsDone(recycle, RebootId(recycle));

    /// <summary>By the agent's word the update has failed with every package as it was.</summary>
    public static bool HasChangedNothing(RecycleContext recycle) =>
        recycle.View.Agent(recycle.NodeName)?.Operation is { State: nameof(OperationState.Failed), Changed: false } failed && failed.Id == AgentOperation.Id(recycle);

    /// <summary>Whether the pods of the node leave first.</summary>
    public static bool Drains(NodeRecycle recycle, NodePolicy? policy) =>
        MachineOutcome.MethodOf(recycle, policy) != ReplacementMethod.Update
        || RecycleReading.Reasons(recycle).Contains(RecycleReason.Reboot)
        || policy?.Spec?.Updates?.Drain == nameof(UpdateDrain.Always);

    /// <summary>The reboot after an update is an operation of its own.</summary>
    public static string RebootId(RecycleContext recycle) => AgentOperation.Id(recycle) + "-reboot";

    /// <summary>What a person is told to look at: names and versions; empty for any other recycle.</summary>
    public static string Named(RecycleContext recycle) =>
        recycle.Replacement?.Updates is { Count: > 0 } updates ? $" (updated: {PackageVersion.Listed(PendingReading.Read(updates))})" : string.Empty;

    private static Preparation Prepare(RecycleContext recycle)
    {
        // What is pending is known only afterwards, and is another recycle's matter.
        if (recycle.View.Agent(recycle.NodeName)?.Interrupted == true)
        {
            return recycle.Policy?.Spec?.Updates?.Repair == nameof(RepairPolicy.Interrupted)
                ? new Preparation.Ready(null) { Repairs = true }
                : new Preparation.Refused($"the package manager of node {recycle.NodeName} broke off: repair it there (dpkg --configure -a), or say updates.repair: Interrupted");
        }

        IReadOnlyList<PackageVersion> asked = recycle.Recycle.Spec?.Updates is { } named ? PendingReading.Read(named) : Pending(recycle);
        if (asked.Count == 0)
            return new Preparation.Refused($"nothing that could be installed is pending on node {recycle.NodeName}, as far as its agent knows");
        Dictionary<PackageVersion, string> halted = UpdateReading.Halted(recycle.View).GroupBy(static halt => halt.Package).ToDictionary(static group => group.Key, static group => group.First().Because);
        PackageVersion[] left = [.. asked.Where(package => !halted.ContainsKey(package))];
        return left.Length > 0
            ? new Preparation.Ready(null) { Updates = PendingReading.Write(left.Take(PackageVersionText.Most)) }
            : new Preparation.Refused($"{asked[0]} is not installed: {halted[asked[0]]}");
    }

    private static IReadOnlyList<PackageVersion> Pending(RecycleContext recycle) =>
        recycle.View.Agent(recycle.NodeName)?.Pending?.Of(WireWord.Read<UpdateScope>(recycle.Policy?.Spec?.Updates?.Scope) ?? UpdateScope.Security) ?? [];

    private static bool IsUpdated(RecycleContext recycle) =>
        recycle.View.Agent(recycle.NodeName)?.Operation is { State: nameof(OperationState.Done) } done && done.Id == AgentOperation.Id(recycle);

    private static bool WantsReboot(RecycleContext recycle) =>
        recycle.View.Agent(recycle.NodeName)?.Operation?.RebootRequired == true
        && recycle.Policy?.Spec?.Updates?.Reboot == nameof(RebootPolicy.IfRequired)
        && RecycleStatusWriter.Holds(recycle.Recycle, FleetConditions.Drained);
}
