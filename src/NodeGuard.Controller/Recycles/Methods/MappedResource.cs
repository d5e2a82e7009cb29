using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>The resource that the policy maps a node to, such as a managed resource of Crossplane.</summary>
internal sealed class MappedResource(IKubeApi api) : IMachineMapping
{
    private const string ProviderIdField = "status.providerID";

    public async Task<Preparation> FindAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        if (recycle.Policy?.Spec?.Replacement?.DeleteResource is not { ApiVersion: { } version, Resource: { } plural } mapping)
            return new Preparation.Refused("spec.replacement.deleteResource of the policy names no apiVersion and resource");
        if (recycle.Node is not { } node)
            return new Preparation.Later($"node {recycle.NodeName} is not seen");
        ResourceType<UntypedObject> type = Type(version, plural, mapping.Namespace);
        return mapping.MatchBy switch
        {
            nameof(ResourceMatch.Label) => await ByNameAsync(type, mapping, node.Labels.GetValueOrDefault(mapping.Key ?? string.Empty), recycle, cancellation),
            nameof(ResourceMatch.Annotation) => await ByNameAsync(type, mapping, node.Draining.Annotations.GetValueOrDefault(mapping.Key ?? string.Empty), recycle, cancellation),
            _ => await ByProviderIdAsync(type, mapping, node.ProviderId, recycle, cancellation),
        };
    }

    // The namespace of the resource that was found decides: a policy that was edited meanwhile leads to no other one.
    public ResourceType<UntypedObject> TypeOf(ReplacedResource resource, RecycleContext recycle) =>
        Type(resource.ApiVersion ?? string.Empty, recycle.Policy?.Spec?.Replacement?.DeleteResource?.Resource ?? string.Empty, resource.Namespace);

    private async Task<Preparation> ByNameAsync(
        ResourceType<UntypedObject> type, ResourceReplacement mapping, string? name, RecycleContext recycle, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(name))
            return new Preparation.Refused($"node {recycle.NodeName} has no {mapping.MatchBy!.ToLowerInvariant()} {mapping.Key}, which would name its {mapping.Resource}");
        return await api.GetAsync(type, new ObjectName(mapping.Namespace ?? string.Empty, name), cancellation) switch
        {
            ApiResult<UntypedObject>.Ok { Value: var found } => MachineSearch.Ready(found, type),
            ApiResult<UntypedObject>.Failed { Failure: var failure } => MachineSearch.Answer(failure, $"reading {type} {name}"),
            _ => throw new InvalidOperationException("a result is Ok or Failed"),
        };
    }

    private async Task<Preparation> ByProviderIdAsync(
        ResourceType<UntypedObject> type, ResourceReplacement mapping, string providerId, RecycleContext recycle, CancellationToken cancellation)
    {
        if (providerId.Length == 0)
            return new Preparation.Refused($"node {recycle.NodeName} has no spec.providerID");
        var (all, _, failure) = await PagedList.ReadAsync(api, type, new ListQuery(Namespace: mapping.Namespace ?? string.Empty), cancellation);
        if (failure is not null)
            return MachineSearch.Answer(failure, $"listing {type}");
        // Crossplane's external name is the last part of a providerID.
        string last = providerId[(providerId.LastIndexOf('/') + 1)..];
        string field = mapping.ProviderIdField ?? ProviderIdField;
        UntypedObject[] found = [.. all.Where(item => MachineSearch.Text(item, field) is { } value && (value == providerId || value == last))];
        return found switch
        {
            [var one] => MachineSearch.Ready(one, type),
            [] => new Preparation.Refused($"no {type} has \"{providerId}\" in {field}: node {recycle.NodeName} is not made from one"),
            _ => new Preparation.Refused($"{found.Length} of {type} have \"{providerId}\" in {field}, such as {found[0].Metadata.Name} and {found[1].Metadata.Name}"),
        };
    }

    private static ResourceType<UntypedObject> Type(string apiVersion, string plural, string? @namespace)
    {
        string[] parts = apiVersion.Split('/');
        return ResourceTypes.Untyped(parts.Length > 1 ? parts[0] : string.Empty, parts[^1], plural, plural, namespaced: !string.IsNullOrEmpty(@namespace));
    }
}
