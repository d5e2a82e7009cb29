using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>The node's agent is asked, through its GuardedNode, to reboot the machine once.</summary>
internal sealed class RebootByAgent(IKubeApi api) : IReplacementMethod
{
    // An agent writes every five minutes; one that missed three of them is not there.
    private static readonly TimeSpan Silent = TimeSpan.FromMinutes(16);

    public Task<Preparation> PrepareAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        SeenAgent? agent = recycle.View.Agent(recycle.NodeName);
        Preparation prepared = agent switch
        {
            { Heartbeat: { } beat } when recycle.Now - beat < Silent => new Preparation.Ready(null),
            { Heartbeat: { } beat } => new Preparation.Refused(
                $"the agent of node {recycle.NodeName} was last heard at {beat.UtcDateTime:yyyy-MM-dd HH:mm} UTC, and only it can reboot the node: look at its pod"),
            _ => new Preparation.Refused($"node {recycle.NodeName} has no agent that could reboot it: install the agent, or use another method"),
        };
        return Task.FromResult(prepared);
    }

    public async Task<Asked> AskAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        SeenAgent? agent = recycle.View.Agent(recycle.NodeName);
        string id = OperationId(recycle);
        if (agent?.AskedOperation == id)
            return Told(agent, id);
        var patch = new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["operation"] = new JsonObject
                {
                    ["id"] = id,
                    ["kind"] = nameof(OperationKind.Reboot),
                    ["recycle"] = recycle.Name,
                    ["deadline"] = recycle.Recycle.Status?.PhaseDeadline?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                },
            },
        };
        return await api.PatchAsync(
            ResourceTypes.GuardedNodes, new ObjectName(string.Empty, recycle.NodeName), Patches.Merge(patch), subresource: null,
            new WriteOptions(ControllerNames.FieldManager), cancellation) switch
        {
            ApiResult<GuardedNode>.Ok => new Asked.Running("the agent is asked to reboot"),
            ApiResult<GuardedNode>.Failed { Failure: { Kind: ApiFailureKind.Forbidden or ApiFailureKind.Invalid } failure } => new Asked.Refused(failure.Message),
            ApiResult<GuardedNode>.Failed { Failure: var failure } => new Asked.Later(failure.Message),
            _ => throw new InvalidOperationException("a result is Ok or Failed"),
        };
    }

    /// <summary>One for each try: an agent does each id once.</summary>
    public static string OperationId(RecycleContext recycle) =>
        string.Create(CultureInfo.InvariantCulture, $"{recycle.Uid}-{RecycleReading.Attempts(recycle.Recycle)}");

    private static Asked Told(SeenAgent agent, string id)
    {
        if (agent.Operation is not { } operation || operation.Id != id)
            return new Asked.Running("the agent is asked to reboot");
        return operation.State == nameof(OperationState.Failed)
            ? new Asked.Refused($"the agent did not reboot the node: {operation.Message}")
            : new Asked.Running($"the agent: {operation.State}{(operation.Message is { Length: > 0 } message ? $", {message}" : "")}");
    }
}
