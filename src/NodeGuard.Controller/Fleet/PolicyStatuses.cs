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
    private readonly PolicyForecasts _forecasts = new();

    /// <param name="frozen">Gets the policies that are frozen now, written or not.</param>
    /// <returns>Null when all is written; otherwise the last failure.</returns>
    public async Task<ApiFailure?> WriteAsync(FleetPlan plan, FleetState state, ClusterView view, HashSet<string> frozen, DateTimeOffset now, CancellationToken cancellation)
    {
        ApiFailure? failed = null;
        IReadOnlyDictionary<string, ForecastStatus> forecasts = _forecasts.Of(state, now);
        foreach (PolicyOutlook outlook in plan.Policies)
        {
            if (view.Policy(outlook.Name) is not { } policy)
                continue;
            NodePolicy changed = Copy(policy);
            changed.Status ??= new NodePolicyStatus();
            Fill(changed.Status, policy, outlook, state, now);
            SetForecast(changed.Status, forecasts.GetValueOrDefault(outlook.Name), policy.Metadata.Generation, now);
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
        status.Wave = outlook.Wave is { } wave ? WaveOf(wave, status.Wave, now) : null;
        status.Released = outlook.Released.Count == 0 ? null : PendingReading.Write(outlook.Released);
        status.Conditions ??= [];
        Policy read = state.Policies.First(other => other.Name == outlook.Name);
        string problem = read.Problem ?? (outlook.Conflicts.Count == 0
            ? string.Empty
            : $"another NodePolicy selects {outlook.Conflicts.Count} of its nodes too, and nothing is done to them: {string.Join(", ", outlook.Conflicts.Take(5))}");
        SetAccepted(status.Conditions, problem, policy.Metadata.Generation, now);
    }

    private static WaveStatus WaveOf(WaveStand wave, WaveStatus? before, DateTimeOffset now) => new()
    {
        Image = wave.Image,
        Name = wave.Name,
        Since = before?.Name == wave.Name && before?.Image == wave.Image ? before?.Since ?? now : now,
        Done = wave.Done,
        Total = wave.Total,
    };

    private static void SetForecast(NodePolicyStatus status, ForecastStatus? forecast, long? generation, DateTimeOffset now)
    {
        status.Forecast = forecast;
        if (forecast is null)
            status.Conditions!.RemoveAll(static condition => condition.Type == FleetConditions.Feasible);
        else
            Set(status.Conditions!, FleetConditions.Feasible, forecast.Feasible == true, forecast.Feasible == true ? "InTime" : "DeadlinesMissed", forecast.Message ?? string.Empty, generation, now);
    }

    private static void SetAccepted(List<Condition> conditions, string problem, long? generation, DateTimeOffset now) => Set(
        conditions, FleetConditions.Accepted, problem.Length == 0, problem.Length == 0 ? "Accepted" : "Problem",
        problem.Length == 0 ? "the policy is carried out" : problem, generation, now);

    private static void Set(List<Condition> conditions, string type, bool holds, string reason, string message, long? generation, DateTimeOffset now)
    {
        Condition? known = conditions.Find(condition => condition.Type == type);
        if (known is null)
            conditions.Add(known = new Condition { Type = type });
        string value = holds ? "True" : "False";
        if (known.Status != value)
            known.LastTransitionTime = now;
        (known.Status, known.Reason, known.Message, known.ObservedGeneration) = (value, reason, message, generation);
    }

    private static NodePolicy Copy(NodePolicy policy) => JsonSerializer.Deserialize(
        JsonSerializer.SerializeToUtf8Bytes(policy, KubeJsonContext.Default.NodePolicy), KubeJsonContext.Default.NodePolicy)!;

    private static bool Same(NodePolicyStatus? one, NodePolicyStatus other) => one is not null
        && JsonSerializer.SerializeToUtf8Bytes(one, KubeJsonContext.Default.NodePolicyStatus).AsSpan()
            .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(other, KubeJsonContext.Default.NodePolicyStatus));
}
