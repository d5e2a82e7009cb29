using System.Text.Json.Nodes;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>The Cluster API Machine that the node's annotations name; its MachineSet or control plane makes another one.</summary>
internal sealed class ClusterApiMachine(IKubeApi api) : IMachineMapping
{
    private const string Group = "cluster.x-k8s.io";
    private const string MachineAnnotation = "cluster.x-k8s.io/machine";
    private const string NamespaceAnnotation = "cluster.x-k8s.io/cluster-namespace";

    // Ours has drained it already, and knows more of the pods' wishes.
    private const string NoDrain = "machine.cluster.x-k8s.io/exclude-node-draining";

    // Its value is ours, so that nobody else's mark is taken away.
    private const string Ours = "nodeguard";

    private readonly MachineRemediation _remediation = new(api);
    private readonly MachineSurge _surge = new(api);

    public async Task<Preparation> FindAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        var (machine, type, problem) = await ReadAsync(recycle, cancellation);
        if (machine is null)
            return problem!;
        return (Strategy(recycle) == nameof(ClusterApiStrategy.Remediate) ? await _remediation.CheckAsync(machine, type!.Version, cancellation) : null)
            ?? MachineSearch.Ready(machine, type!);
    }

    public async Task<Preparation> FindFirstAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        if (recycle.Policy?.Spec?.Replacement?.ClusterApi?.Strategy == nameof(ClusterApiStrategy.Remediate))
        {
            return new Preparation.Refused(
                $"policy {recycle.Policy.Metadata.Name} wants the strategy Remediate, where a MachineHealthCheck takes the old machine first: ask without replacementFirst");
        }

        var (machine, type, problem) = await ReadAsync(recycle, cancellation);
        return machine is null ? problem! : await _surge.FindAsync(machine, type!.Version, cancellation);
    }

    public Task<Asked> BringFirstAsync(RecycleContext recycle, CancellationToken cancellation) => _surge.BringAsync(recycle, cancellation);

    public ResourceType<UntypedObject> TypeOf(ReplacedResource resource, RecycleContext recycle) => Type((resource.ApiVersion ?? string.Empty).Split('/')[^1]);

    // Its deployment is made smaller before the Machine is deleted: the other way round another one would be made in its place.
    public async Task<string?> BeforeDeleteAsync(ReplacedResource resource, RecycleContext recycle, CancellationToken cancellation)
    {
        var marks = new JsonObject { [NoDrain] = Ours };
        if (recycle.IsSurged)
            marks[MachineSurge.GoesFirst] = Ours;
        return await AnnotateAsync(resource, recycle, marks, cancellation) ?? (recycle.IsSurged ? await _surge.GiveBackAsync(recycle, cancellation) : null);
    }

    // A MachineSet that has one too many may take this Machine for the sake of another recycle: the replica of this one goes all the same.
    public Task<string?> AfterDeleteAsync(RecycleContext recycle, CancellationToken cancellation) =>
        recycle.IsSurged ? _surge.GiveBackAsync(recycle, cancellation) : Task.FromResult<string?>(null);

    public async Task<Asked?> InsteadOfDeleteAsync(UntypedObject found, ResourceType<UntypedObject> type, RecycleContext recycle, CancellationToken cancellation)
    {
        if (Strategy(recycle) != nameof(ClusterApiStrategy.Remediate))
            return null;
        string what = $"Machine {found.Metadata.Namespace}/{found.Metadata.Name}";
        if (found.Metadata.Annotations?.ContainsKey(MachineRemediation.Mark) == true)
            return new Asked.Running($"{what} is marked for remediation; {await _remediation.StandAsync(found, type.Version, cancellation)}");
        var marks = new JsonObject { [NoDrain] = Ours, [MachineRemediation.Mark] = Ours };
        return await AnnotateAsync(recycle.Replacement!.Resource!, recycle, marks, cancellation) is { } problem
            ? new Asked.Later($"{what} was not marked for remediation: {problem}")
            : new Asked.Running($"{what} is marked for remediation");
    }

    /// <summary>A Machine that is still there was not deleted after all: it must not be deleted later, when its node carries pods again.</summary>
    public async Task<string?> TakeBackAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        bool mayStay = true;
        if (recycle.IsSurged)
        {
            if (await _surge.StandsAsync(recycle, cancellation) is not { } stands)
                return $"MachineDeployment {recycle.Replacement!.SurgedResource!.Name} could not be read";
            // With one replica less it goes in any case: then Cluster API has to drain it.
            mayStay = stands;
        }

        string[] marks = mayStay ? [NoDrain, MachineRemediation.Mark, MachineSurge.GoesFirst] : [NoDrain];
        if (recycle.Replacement?.Resource is { } resource && await UnmarkAsync(resource, recycle, marks, cancellation) is { } problem)
            return problem;
        return recycle.IsSurged ? await _surge.UndoAsync(recycle, surplus => MarkSurplusAsync(surplus, recycle, cancellation), cancellation) : null;
    }

    private async Task<string?> UnmarkAsync(ReplacedResource resource, RecycleContext recycle, string[] marks, CancellationToken cancellation)
    {
        var place = new ObjectName(resource.Namespace ?? string.Empty, resource.Name ?? string.Empty);
        switch (await api.GetAsync(TypeOf(resource, recycle), place, cancellation))
        {
            case ApiResult<UntypedObject>.Ok { Value: var found } when found.Metadata.Uid == resource.Uid && found.Metadata.DeletionTimestamp is null:
                var taken = new JsonObject();
                foreach (string mark in marks)
                {
                    if (found.Metadata.Annotations?.GetValueOrDefault(mark) == Ours)
                        taken[mark] = null;
                }

                return taken.Count == 0 ? null : await AnnotateAsync(resource, recycle, taken, cancellation);
            case ApiResult<UntypedObject>.Failed { Failure: { Kind: not (ApiFailureKind.NotFound or ApiFailureKind.Forbidden) } failure }:
                return failure.Message;
            default:
                return null;
        }
    }

    private Task<string?> MarkSurplusAsync(UntypedObject surplus, RecycleContext recycle, CancellationToken cancellation) => AnnotateAsync(
        new ReplacedResource
        {
            ApiVersion = recycle.Replacement!.SurgedResource!.ApiVersion,
            Namespace = surplus.Metadata.Namespace,
            Name = surplus.Metadata.Name,
            Uid = surplus.Metadata.Uid,
        },
        recycle,
        new JsonObject { [MachineSurge.GoesFirst] = Ours },
        cancellation);

    private async Task<(UntypedObject? Machine, ResourceType<UntypedObject>? Type, Preparation? Problem)> ReadAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        var (version, problem) = await MachineSearch.VersionAsync(api, Group, "Cluster API", cancellation);
        if (version is null)
            return (null, null, problem!);
        if (recycle.Node?.Draining.Annotations.GetValueOrDefault(MachineAnnotation) is not { Length: > 0 } name)
            return (null, null, new Preparation.Refused($"node {recycle.NodeName} has no annotation {MachineAnnotation}: no Machine of Cluster API stands for it"));
        ResourceType<UntypedObject> type = Type(version);
        var place = new ObjectName(recycle.Node.Draining.Annotations.GetValueOrDefault(NamespaceAnnotation, "default"), name);
        return await api.GetAsync(type, place, cancellation) switch
        {
            ApiResult<UntypedObject>.Ok { Value: var found } => Checked(found, type, recycle) is { } wrong ? (null, null, wrong) : (found, type, null),
            ApiResult<UntypedObject>.Failed { Failure: var failure } => (null, null, MachineSearch.Answer(failure, $"reading Machine {place}")),
            _ => throw new InvalidOperationException("a result is Ok or Failed"),
        };
    }

    private static string Strategy(RecycleContext recycle) =>
        recycle.WantsFirst ? nameof(ClusterApiStrategy.Surge) : recycle.Policy?.Spec?.Replacement?.ClusterApi?.Strategy ?? nameof(ClusterApiStrategy.Delete);

    // Gone, or another one of that name: what follows finds out.
    private async Task<string?> AnnotateAsync(ReplacedResource resource, RecycleContext recycle, JsonObject annotations, CancellationToken cancellation)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = resource.Uid, ["annotations"] = annotations } };
        var answer = await api.PatchAsync(
            TypeOf(resource, recycle), new ObjectName(resource.Namespace ?? string.Empty, resource.Name ?? string.Empty), Patches.Merge(patch), subresource: null,
            new WriteOptions(ControllerNames.FieldManager), cancellation);
        return answer is ApiResult<UntypedObject>.Failed { Failure: { Kind: not (ApiFailureKind.NotFound or ApiFailureKind.Conflict) } failure } ? failure.Message : null;
    }

    // Annotations are anybody's text: the Machine itself has to agree. Null when nothing is wrong.
    private static Preparation.Refused? Checked(UntypedObject machine, ResourceType<UntypedObject> type, RecycleContext recycle)
    {
        string what = $"Machine {machine.Metadata.Namespace}/{machine.Metadata.Name}, which node {recycle.NodeName} names,";
        string? provider = MachineSearch.Text(machine, "spec.providerID");
        string? node = MachineSearch.Text(machine, "status.nodeRef.name");
        if ((provider is not null && provider != recycle.Node!.ProviderId) || (node is not null && node != recycle.NodeName))
            return new Preparation.Refused($"{what} is that of node {node} with providerID {provider}");
        return machine.Metadata.OwnerReferences?.Exists(static owner => owner.Controller == true) == true
            ? null
            : new Preparation.Refused($"{what} belongs to no MachineSet or control plane: nobody would make another {type.Kind}");
    }

    private static ResourceType<UntypedObject> Type(string version) => ResourceTypes.Untyped(Group, version, "machines", "Machine", namespaced: true);
}
