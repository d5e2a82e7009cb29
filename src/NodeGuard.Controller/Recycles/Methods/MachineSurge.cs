using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>
/// Brings a new Machine of Cluster API before the old one goes: its MachineDeployment has one replica more in between. An annotation
/// on the deployment, written together with its replicas, says for which recycle, so that no replica is asked for or given back twice.
/// </summary>
internal sealed class MachineSurge(IKubeApi api)
{
    /// <summary>Which Machine a MachineSet takes when it has one too many.</summary>
    public const string GoesFirst = "cluster.x-k8s.io/delete-machine";

    private const string Group = "cluster.x-k8s.io";
    private const string DeploymentLabel = "cluster.x-k8s.io/deployment-name";
    private const string Paused = "cluster.x-k8s.io/paused";

    /// <summary>The MachineDeployment of a Machine, or why it cannot be asked for one more.</summary>
    public async Task<Preparation> FindAsync(UntypedObject machine, string version, CancellationToken cancellation)
    {
        var (set, noSet) = await OwnerAsync(machine, Sets(version), cancellation);
        if (set is null)
            return noSet!;
        var (deployment, noDeployment) = await OwnerAsync(set, Deployments(version), cancellation);
        if (deployment is null)
            return noDeployment!;
        string what = Told(deployment);
        if (deployment.Metadata.DeletionTimestamp is not null)
            return new Preparation.Refused($"{what} is being deleted: it makes no new Machine");
        if (deployment.Metadata.Annotations?.ContainsKey(Paused) == true || MachineSearch.Flag(deployment, "spec.paused") == true)
            return new Preparation.Refused($"{what} is paused: it makes no new Machine; resume it, or ask without replacementFirst");
        return await OlderSetAsync(set, deployment, version, cancellation) ?? MachineSearch.Ready(deployment, Deployments(version));
    }

    /// <summary>One replica more for this recycle, however often it is asked.</summary>
    public async Task<Asked> BringAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        var (deployment, problem) = await ReadAsync(recycle, cancellation);
        if (deployment is null)
            return problem is null ? new Asked.Refused($"{What(recycle)} is gone: it makes no new Machine") : new Asked.Later(problem);
        int replicas = Replicas(deployment);
        if (Base(deployment, recycle) is { } wanted)
        {
            return new Asked.Running(replicas > wanted
                ? $"{What(recycle)} has {replicas} replicas, one more than without this recycle{Condition(deployment)}"
                : $"{What(recycle)} was set back to {replicas} replicas by somebody: no machine comes first");
        }

        // Read after the deployment: a leader that slept, and leads no more, finds the recycle further on, or the deployment written since.
        if (!await WaitsAsync(recycle, cancellation))
            return new Asked.Later($"{What(recycle)} is not asked for one replica more: the recycle has gone on");
        // What others have surged is not what it is to have in the end.
        int others = deployment.Metadata.Annotations?.Keys.Count(static key => key.StartsWith(FleetKeys.SurgePrefix, StringComparison.Ordinal)) ?? 0;
        ApiFailure? failure = await WriteAsync(deployment, recycle, replicas + 1, Math.Max(0, replicas - others), cancellation);
        return failure switch
        {
            null => new Asked.Running($"{What(recycle)} has {replicas + 1} replicas, one more than without this recycle"),
            { Kind: ApiFailureKind.Forbidden or ApiFailureKind.Invalid or ApiFailureKind.WebhookDenied } =>
                new Asked.Refused($"{What(recycle)} was not given one replica more: {failure.Message}"),
            _ => new Asked.Later($"{What(recycle)} was not given one replica more, which is tried again: {failure.Message}"),
        };
    }

    /// <summary>The replica that was asked for is taken away again, once. Which Machine goes was marked before.</summary>
    /// <returns>Null when the deployment has it no more; otherwise why it has.</returns>
    public async Task<string?> GiveBackAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        var (deployment, problem) = await ReadAsync(recycle, cancellation);
        if (deployment is null || Base(deployment, recycle) is not { } wanted)
            return problem;
        int replicas = Replicas(deployment);
        // Whoever has set it back has taken ours, too.
        return await WriteAsync(deployment, recycle, replicas > wanted ? replicas - 1 : replicas, null, cancellation) is { } failure
            ? $"{What(recycle)} still has one replica more: {failure.Message}"
            : null;
    }

    /// <summary>
    /// After a recycle that did not get as far as the old Machine: the new one goes again, drained by Cluster API, and never one that was
    /// there before.
    /// </summary>
    /// <param name="mark">Marks a Machine by its place and UID; null when done, otherwise why not.</param>
    public async Task<string?> UndoAsync(RecycleContext recycle, Func<UntypedObject, Task<string?>> mark, CancellationToken cancellation)
    {
        var (deployment, problem) = await ReadAsync(recycle, cancellation);
        if (deployment is null)
            return problem;
        if (Base(deployment, recycle) is null)
            return recycle.IsAsked ? null : await CloseAsync(deployment, recycle, cancellation);
        string version = Version(recycle);
        var query = new ListQuery(Namespace: deployment.Metadata.Namespace ?? string.Empty, LabelSelector: $"{DeploymentLabel}={deployment.Metadata.Name}");
        var (machines, _, failure) = await PagedList.ReadAsync(api, Machines(version), query, cancellation);
        if (failure is not null)
            return $"listing the Machines of {What(recycle)}: {failure.Message}";
        // Without one, the replica goes before its Machine was made; a MachineSet takes those first that have no node.
        return Surplus(recycle, machines) is { } surplus && await mark(surplus) is { } notMarked ? notMarked : await GiveBackAsync(recycle, cancellation);
    }

    /// <summary>It still has a replica more for this recycle; null when that could not be read.</summary>
    public async Task<bool?> StandsAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        var (deployment, problem) = await ReadAsync(recycle, cancellation);
        return problem is null ? deployment is not null && Base(deployment, recycle) is not null : null;
    }

    // One that slept since before it asked must find the deployment written: twice, so that nothing of it is left.
    private async Task<string?> CloseAsync(UntypedObject deployment, RecycleContext recycle, CancellationToken cancellation)
    {
        int replicas = Replicas(deployment);
        return await WriteAsync(deployment, recycle, replicas, replicas, cancellation) is { } failure
            ? $"{What(recycle)} was not written: {failure.Message}"
            : await GiveBackAsync(recycle, cancellation);
    }

    private async Task<bool> WaitsAsync(RecycleContext recycle, CancellationToken cancellation) =>
        await api.GetAsync(ResourceTypes.NodeRecycles, new ObjectName(string.Empty, recycle.Name), cancellation) is ApiResult<NodeRecycle>.Ok { Value: var now }
        && now.Metadata.Uid == recycle.Uid && RecycleReading.Phase(now) == RecyclePhase.Cordoned;

    private static UntypedObject? Surplus(RecycleContext recycle, IEnumerable<UntypedObject> machines)
    {
        // The one that came for nothing goes; where the old node has gone meanwhile it is needed, and the youngest other one goes.
        string? successor = recycle.Replacement?.Successor?.Name;
        var others = recycle.View.Recycles.Objects.Where(other => other.Metadata.Uid != recycle.Uid)
            .Select(static other => other.Status?.Replacement?.Successor?.Name).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return machines.Select(machine => (Machine: machine, Node: MachineSearch.Text(machine, "status.nodeRef.name")))
            .Where(found => found.Machine.Metadata.DeletionTimestamp is null && found.Node != recycle.NodeName && (found.Node is null || !others.Contains(found.Node)))
            .Where(found => recycle.Node is not null || found.Node is null || found.Node != successor)
            // The server's times have whole seconds.
            .Where(found => found.Machine.Metadata.CreationTimestamp > recycle.Replacement?.SurgedAt - TimeSpan.FromSeconds(1))
            .OrderBy(found => found.Node is not null && found.Node == successor ? 0 : 1)
            .ThenBy(static found => found.Node is not null)
            .ThenByDescending(static found => found.Machine.Metadata.CreationTimestamp)
            .Select(static found => found.Machine)
            .FirstOrDefault();
    }

    // Machines of an older MachineSet would go before the one that is marked; one that is rolled out takes and makes Machines by itself.
    private async Task<Preparation?> OlderSetAsync(UntypedObject set, UntypedObject deployment, string version, CancellationToken cancellation)
    {
        var query = new ListQuery(Namespace: deployment.Metadata.Namespace ?? string.Empty);
        var (sets, _, failure) = await PagedList.ReadAsync(api, Sets(version), query, cancellation);
        if (failure is not null)
            return MachineSearch.Answer(failure, "listing MachineSets");
        UntypedObject[] others = [.. sets.Where(other => other.Metadata.Uid != set.Metadata.Uid && Replicas(other, 0) > 0
            && other.Metadata.OwnerReferences?.Exists(owner => owner.Controller == true && owner.Uid == deployment.Metadata.Uid) == true)];
        if (others.Length == 0)
            return null;
        if ((MachineSearch.Text(deployment, "spec.rollout.strategy.type") ?? MachineSearch.Text(deployment, "spec.strategy.type")) != "OnDelete")
            return new Preparation.Later($"{Told(deployment)} is rolling out: waits for its end");
        return others.FirstOrDefault(other => other.Metadata.CreationTimestamp <= set.Metadata.CreationTimestamp) is { } older
            ? new Preparation.Refused($"{Told(deployment)} still has Machines of the older MachineSet {older.Metadata.Name}, which would go instead: recycle those before, or ask without replacementFirst")
            : null;
    }

    private async Task<(UntypedObject? Owner, Preparation? Problem)> OwnerAsync(UntypedObject owned, ResourceType<UntypedObject> type, CancellationToken cancellation)
    {
        if (owned.Metadata.OwnerReferences?.Find(owner => owner.Controller == true && owner.Kind == type.Kind) is not { } reference)
        {
            return (null, new Preparation.Refused(
                $"{Told(owned)} belongs to no {type.Kind}: only a MachineDeployment can be asked for one Machine more; ask without replacementFirst"));
        }

        return await api.GetAsync(type, new ObjectName(owned.Metadata.Namespace ?? string.Empty, reference.Name), cancellation) switch
        {
            ApiResult<UntypedObject>.Ok { Value: var found } when found.Metadata.Uid == reference.Uid => (found, null),
            ApiResult<UntypedObject>.Ok => (null, new Preparation.Refused($"{type.Kind} {reference.Name} is another one than {Told(owned)} belongs to")),
            ApiResult<UntypedObject>.Failed { Failure: var failure } => (null, MachineSearch.Answer(failure, $"reading {type.Kind} {owned.Metadata.Namespace}/{reference.Name}")),
            _ => throw new InvalidOperationException("a result is Ok or Failed"),
        };
    }

    /// <returns>Neither when it is gone.</returns>
    private async Task<(UntypedObject? Deployment, string? Problem)> ReadAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        ReplacedResource resource = recycle.Replacement!.SurgedResource!;
        return await api.GetAsync(Deployments(Version(recycle)), new ObjectName(resource.Namespace ?? string.Empty, resource.Name ?? string.Empty), cancellation) switch
        {
            ApiResult<UntypedObject>.Ok { Value: var found } => (found.Metadata.Uid == resource.Uid ? found : null, null),
            ApiResult<UntypedObject>.Failed { Failure.Kind: ApiFailureKind.NotFound } => (null, null),
            ApiResult<UntypedObject>.Failed { Failure: var failure } => (null, $"reading {What(recycle)}: {failure.Message}"),
            _ => throw new InvalidOperationException("a result is Ok or Failed"),
        };
    }

    // On top of the version that was read: a second writer is refused, and looks again.
    private async Task<ApiFailure?> WriteAsync(UntypedObject deployment, RecycleContext recycle, int replicas, int? wanted, CancellationToken cancellation)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = deployment.Metadata.Uid,
                ["resourceVersion"] = deployment.Metadata.ResourceVersion,
                ["annotations"] = new JsonObject { [Key(recycle)] = wanted?.ToString(CultureInfo.InvariantCulture) },
            },
            ["spec"] = new JsonObject { ["replicas"] = replicas },
        };
        var answer = await api.PatchAsync(
            Deployments(Version(recycle)), new ObjectName(deployment.Metadata.Namespace ?? string.Empty, deployment.Metadata.Name!), Patches.Merge(patch),
            subresource: null, new WriteOptions(ControllerNames.FieldManager), cancellation);
        return (answer as ApiResult<UntypedObject>.Failed)?.Failure;
    }

    /// <summary>How many replicas it is to have without ours; null while it has none of ours.</summary>
    private static int? Base(UntypedObject deployment, RecycleContext recycle) =>
        deployment.Metadata.Annotations?.GetValueOrDefault(Key(recycle)) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int wanted) ? wanted
        // Somebody's edit: as long as the key is there, ours counts.
        : Replicas(deployment) - 1;

    private static string Key(RecycleContext recycle) => FleetKeys.SurgePrefix + recycle.Uid;

    private static int Replicas(UntypedObject item, int otherwise = 1) => MachineSearch.Number(item, "spec.replicas") ?? otherwise;

    private static string Condition(UntypedObject deployment) => MachineSearch.ConditionText(deployment) is { } told ? $" ({told})" : string.Empty;

    private static string Told(UntypedObject item) => $"{item.Kind} {item.Metadata.Namespace}/{item.Metadata.Name}";

    private static string What(RecycleContext recycle) =>
        $"MachineDeployment {recycle.Replacement!.SurgedResource!.Namespace}/{recycle.Replacement.SurgedResource.Name}";

    private static string Version(RecycleContext recycle) => (recycle.Replacement!.SurgedResource!.ApiVersion ?? string.Empty).Split('/')[^1];

    private static ResourceType<UntypedObject> Machines(string version) => ResourceTypes.Untyped(Group, version, "machines", "Machine", namespaced: true);

    private static ResourceType<UntypedObject> Sets(string version) => ResourceTypes.Untyped(Group, version, "machinesets", "MachineSet", namespaced: true);

    private static ResourceType<UntypedObject> Deployments(string version) =>
        ResourceTypes.Untyped(Group, version, "machinedeployments", "MachineDeployment", namespaced: true);
}
