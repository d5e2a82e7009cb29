using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Discovery;

/// <summary>
/// Asks a server what it serves: two calls where it has aggregated discovery, else one for each group and version. What
/// one broken extension server does not tell is named, and the rest is there.
/// </summary>
public sealed class ApiDiscovery(IKubeApi api)
{
    private const string Accept =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
        + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    public async Task<ApiResult<ResourceCatalog>> ReadAsync(CancellationToken cancellation)
    {
        var resources = new List<DiscoveredResource>();
        var unavailable = new List<string>();
        foreach (var path in (string[])["/api", "/apis"])
        {
            var answer = await api.GetPathAsync(path, Accept, DiscoveryJson.Default.DiscoveryRoot, cancellation);
            if (answer is ApiResult<DiscoveryRoot>.Failed { Failure: var failure })
                return new ApiResult<ResourceCatalog>.Failed(failure);
            var root = ((ApiResult<DiscoveryRoot>.Ok)answer).Value;
            if (root.Kind == "APIGroupDiscoveryList")
                DiscoveryReading.AddAggregated(root, resources, unavailable);
            else
                await ReadVersionsAsync(root, resources, unavailable, cancellation);
        }

        return new ApiResult<ResourceCatalog>.Ok(new ResourceCatalog(resources, unavailable));
    }

    private async Task ReadVersionsAsync(
        DiscoveryRoot root, List<DiscoveredResource> resources, List<string> unavailable, CancellationToken cancellation)
    {
        foreach (var (group, version) in DiscoveryReading.Versions(root))
        {
            var path = group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}";
            var answer = await api.GetPathAsync(path, DiscoveryJson.Default.LegacyResources, cancellation);
            if (answer is ApiResult<LegacyResources>.Ok { Value: var document })
                DiscoveryReading.AddLegacy(group, version, document, resources);
            else
                unavailable.Add(DiscoveryReading.ApiVersion(group, version));
        }
    }
}
