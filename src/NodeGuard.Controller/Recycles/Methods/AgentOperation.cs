using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>What a node's agent is asked to do, through its GuardedNode.</summary>
internal sealed class AgentOperation(IKubeApi api)
{
    // An agent writes every five minutes; one that missed three of them is not there.
    private static readonly TimeSpan Silent = TimeSpan.FromMinutes(16);

    /// <param name="what">What only the agent can do, as in "reboot the node".</param>
    /// <returns>Null when the agent is there.</returns>
    public static Preparation.Refused? WhyNot(RecycleContext recycle, string what) => recycle.View.Agent(recycle.NodeName) switch
    {
        { Heartbeat: { } beat } when recycle.Now - beat < Silent => null,
        { Heartbeat: { } beat } => new Preparation.Refused(
            $"the agent of node {recycle.NodeName} was last heard at {beat.UtcDateTime:yyyy-MM-dd HH:mm} UTC, and only it can {what}: look at its pod"),
        _ => new Preparation.Refused($"node {recycle.NodeName} has no agent that could {what}: install the agent, or use another method"),
    };

    /// <summary>One for each try: an agent does each id once.</summary>
    public static string Id(RecycleContext recycle) =>
        string.Create(CultureInfo.InvariantCulture, $"{recycle.Uid}-{RecycleReading.Attempts(recycle.Recycle)}");

    /// <param name="id">An agent does each id once.</param>
    /// <param name="kind">What it is asked to do, a word of <see cref="OperationKind"/>.</param>
    /// <param name="what">The same for a person: "the agent is asked to …".</param>
    /// <param name="more">What the kind needs besides.</param>
    public async Task<Asked> AskAsync(
        RecycleContext recycle, string id, string kind, string what, IEnumerable<KeyValuePair<string, JsonNode?>> more, CancellationToken cancellation)
    {
        SeenAgent? agent = recycle.View.Agent(recycle.NodeName);
        if (agent?.AskedOperation == id)
            return Told(agent, id, what);
        var operation = new JsonObject
        {
            ["id"] = id,
            ["kind"] = kind,
            ["recycle"] = recycle.Name,
            ["deadline"] = recycle.Recycle.Status?.PhaseDeadline?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            // A merge would leave what an earlier operation had.
            ["packages"] = null,
            ["repair"] = null,
            ["despiteHazard"] = null,
        };
        foreach (var (key, value) in more)
            operation[key] = value;
        var patch = new JsonObject { ["spec"] = new JsonObject { ["operation"] = operation } };
        return await api.PatchAsync(
            ResourceTypes.GuardedNodes, new ObjectName(string.Empty, recycle.NodeName), Patches.Merge(patch), subresource: null,
            new WriteOptions(ControllerNames.FieldManager), cancellation) switch
        {
            ApiResult<GuardedNode>.Ok => new Asked.Running($"the agent is asked to {what}"),
            ApiResult<GuardedNode>.Failed { Failure: { Kind: ApiFailureKind.Forbidden or ApiFailureKind.Invalid } failure } => new Asked.Refused(failure.Message),
            ApiResult<GuardedNode>.Failed { Failure: var failure } => new Asked.Later(failure.Message),
            _ => throw new InvalidOperationException("a result is Ok or Failed"),
        };
    }

    private static Asked Told(SeenAgent agent, string id, string what)
    {
        if (agent.Operation is not { } operation || operation.Id != id)
            return new Asked.Running($"the agent is asked to {what}");
        return operation.State == nameof(OperationState.Failed)
            ? new Asked.Refused($"the agent did not {what}: {operation.Message}")
            : new Asked.Running($"the agent: {operation.State}{(operation.Message is { Length: > 0 } message ? $", {message}" : "")}");
    }
}
