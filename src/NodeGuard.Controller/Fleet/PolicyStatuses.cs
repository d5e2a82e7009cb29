using System.Text.Json;
using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Controller.Fleet;

/// <summary>Writes how each policy stands, when that has changed.</summary>
internal sealed class PolicyStatuses(IKubeApi api)
{
    /// <param name="frozen">Gets the policies that are frozen now, written or not.</param>
    /// <returns>Null when all is written; otherwise the last failure.</returns>
    public async Task<ApiFailure?> WriteAsync(FleetPlan plan, FleetState state, ClusterView view, HashSet<string> frozen, DateTimeOffset now, CancellationToken cancellation)
    {
        ApiFailure? failed = null;
        foreach (PolicyOutlook outlook in plan.Policies)
        {
            if (view.Policy(outlook.Name) is not { } policy)
                continue;
            NodePolicy changed = Copy(policy);
            changed.Status ??= new NodePolicyStatus();
            Fill(changed.Status, policy, outlook, state, now);
            FreezeKeeper.Keep(policy, changed.Status, outlook, view, state, now);
            if (changed.Status.Freeze is not null)
                frozen.Add(outlook.Name);
            if (Same(policy.Status, changed.Status))
                continue;
            if (await api.ReplaceAsync(ResourceTypes.NodePolicies, changed, "status", new WriteOptions(ControllerNames.FieldManager), cancellation)
                is ApiResult<NodePolicy>.Failed { Failure: { Kind: not (ApiFailureKind.NotFound or ApiFailureKind.Conflict) } failure })
            {
                failed = failure;
            }
        }

        return failed;
    }

    private static void Fill(NodePolicyStatus status, NodePolicy policy, PolicyOutlook outlook, FleetState state, DateTimeOffset now)
    {
        status.ObservedGeneration = policy.Metadata.Generation;
        status.Nodes = outlook.Nodes;
        status.Outdated = outlook.Outdated;
        status.Overdue = outlook.Overdue;
        status.Unavailable = outlook.Unavailable;
        status.InProgress = outlook.InProgress;
        status.Budget = new BudgetUse { Allowed = outlook.Allowed, Used = outlook.Unavailable };
        status.OldestNode = outlook.Oldest?.Name;
        status.OldestAge = outlook.Oldest is { } oldest ? AgeText.Of(now - oldest.BornAt) : null;
        // To the minute: a pace that is taken anew at each look would otherwise be a write at each look.
        status.NextStart = outlook.NextStart is { } next ? new DateTimeOffset(next.Ticks - (next.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero) : null;
        status.Wave = outlook.Wave is { } wave ? new WaveStatus { Image = wave.Image, Name = wave.Name, Done = wave.Done, Total = wave.Total } : null;
        status.Conditions ??= [];
        Policy read = state.Policies.First(other => other.Name == outlook.Name);
        string problem = read.Problem ?? (outlook.Conflicts.Count == 0
            ? string.Empty
            : $"another NodePolicy selects {outlook.Conflicts.Count} of its nodes too, and nothing is done to them: {string.Join(", ", outlook.Conflicts.Take(5))}");
        SetAccepted(status.Conditions, problem, policy.Metadata.Generation, now);
    }

    private static void SetAccepted(List<Condition> conditions, string problem, long? generation, DateTimeOffset now)
    {
        Condition? known = conditions.Find(static condition => condition.Type == FleetConditions.Accepted);
        if (known is null)
            conditions.Add(known = new Condition { Type = FleetConditions.Accepted });
        string value = problem.Length == 0 ? "True" : "False";
        if (known.Status != value)
            known.LastTransitionTime = now;
        (known.Status, known.Reason, known.Message, known.ObservedGeneration) =
            (value, problem.Length == 0 ? "Accepted" : "Problem", problem.Length == 0 ? "the policy is carried out" : problem, generation);
    }

    private static NodePolicy Copy(NodePolicy policy) => JsonSerializer.Deserialize(
        JsonSerializer.SerializeToUtf8Bytes(policy, KubeJsonContext.Default.NodePolicy), KubeJsonContext.Default.NodePolicy)!;

    private static bool Same(NodePolicyStatus? one, NodePolicyStatus other) => one is not null
        && JsonSerializer.SerializeToUtf8Bytes(one, KubeJsonContext.Default.NodePolicyStatus).AsSpan()
            .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(other, KubeJsonContext.Default.NodePolicyStatus));
}
