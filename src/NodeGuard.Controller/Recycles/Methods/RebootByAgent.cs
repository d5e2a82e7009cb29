using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Kubernetes;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>The node's agent is asked, through its GuardedNode, to reboot the machine once, in the way that the policy says.</summary>
internal sealed class RebootByAgent(IKubeApi api) : IReplacementMethod
{
    public const string What = "reboot the node";

    private readonly AgentOperation _agent = new(api);

    public Task<Preparation> PrepareAsync(RecycleContext recycle, CancellationToken cancellation) =>
        Task.FromResult(AgentOperation.WhyNot(recycle, What) ?? (Preparation)new Preparation.Ready(null));

    public Task<Asked> AskAsync(RecycleContext recycle, CancellationToken cancellation) =>
        _agent.AskAsync(recycle, AgentOperation.Id(recycle), KindOf(recycle), What, [], cancellation);

    /// <summary>A word that nobody here knows is handed on as it is, and refused: no other way is taken instead.</summary>
    public static string KindOf(RecycleContext recycle) => recycle.Policy?.Spec?.Updates?.RebootMethod ?? nameof(RebootMethod.Reboot);

    /// <summary>Another boot id proves a boot. A soft reboot keeps it, and only the agent sees that userspace is another.</summary>
    /// <param name="recycle">The recycle.</param>
    /// <param name="id">The operation that asked for it.</param>
    public static bool IsDone(RecycleContext recycle, string id) =>
        KeepsBoot(recycle.View.Agent(recycle.NodeName), id) is { } agent
            ? agent.Operation is { State: nameof(OperationState.Done) } done && done.Id == id
            : MachineOutcome.HasRebooted(recycle);

    /// <summary>The last that was asked of the recycle's machine is a soft reboot.</summary>
    public static bool KeepsBoot(RecycleContext recycle) =>
        KeepsBoot(recycle.View.Agent(recycle.NodeName), AgentOperation.Id(recycle)) is not null || KeepsBoot(recycle.View.Agent(recycle.NodeName), UpdateByAgent.RebootId(recycle)) is not null;

    private static SeenAgent? KeepsBoot(SeenAgent? agent, string id) =>
        agent is { AskedKind: nameof(OperationKind.SoftReboot) } && agent.AskedOperation == id ? agent : null;
}
