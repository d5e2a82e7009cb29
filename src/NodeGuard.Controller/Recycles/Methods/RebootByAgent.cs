using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Kubernetes;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>The node's agent is asked, through its GuardedNode, to reboot the machine once.</summary>
internal sealed class RebootByAgent(IKubeApi api) : IReplacementMethod
{
    public const string What = "reboot the node";

    private readonly AgentOperation _agent = new(api);

    public Task<Preparation> PrepareAsync(RecycleContext recycle, CancellationToken cancellation) =>
        Task.FromResult(AgentOperation.WhyNot(recycle, What) ?? (Preparation)new Preparation.Ready(null));

    public Task<Asked> AskAsync(RecycleContext recycle, CancellationToken cancellation) =>
        _agent.AskAsync(recycle, AgentOperation.Id(recycle), OperationKind.Reboot, What, [], cancellation);
}
