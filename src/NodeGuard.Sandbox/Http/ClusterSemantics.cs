using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Crds;
using NodeGuard.Sandbox.Eviction;
using NodeGuard.Sandbox.Housekeeping;
using NodeGuard.Sandbox.Rbac;

namespace NodeGuard.Sandbox.Http;

/// <summary>What makes a store of objects an API server: evictions, custom resources, access control, tokens, garbage collection.</summary>
public sealed class ClusterSemantics : IAsyncDisposable
{
    private readonly ServiceAccountTokens _tokens;
    private readonly HousekeepingLoop _housekeeping;

    /// <summary>Adds itself to a cluster that has its built-in resources, and to who is let in.</summary>
    public ClusterSemantics(Cluster cluster, Authentication authentication)
    {
        _tokens = new ServiceAccountTokens(cluster);
        var authorizer = new RbacAuthorizer(cluster);
        var requests = new TokenRequests(_tokens, authentication.UserOfToken);
        authentication.ReadToken = _tokens.Read;
        AddSubresource(cluster, "pods", "eviction", EvictionSubresource.Definition);
        AddSubresource(cluster, "serviceaccounts", "token", requests.Subresource);
        cluster.Resources.Add(CrdServing.Definitions(cluster));
        foreach (ResourceInfo review in (IEnumerable<ResourceInfo>)[.. new AccessReviews(authorizer).Resources(), requests.ReviewResource])
            cluster.Resources.Add(review);
        cluster.AddAdmission(new CustomResourceFields());
        cluster.AddAdmission(new NamespaceTermination());
        _housekeeping = new HousekeepingLoop(
            cluster, new CrdServing(cluster), new GarbageCollector(cluster), new NamespaceContent(cluster), new RoleAggregation(cluster));
        if (cluster.Resources.Find("rbac.authorization.k8s.io", "v1", "clusterroles") is not null)
            DefaultRoles.AddTo(cluster);
        cluster.Authorize = authorizer.Authorize;
    }

    /// <summary>Keeps house in the background from now on.</summary>
    public void Start() => _housekeeping.Start();

    /// <summary>Keeps house until nothing is left to do; for tests that want no background.</summary>
    public void RunToRest() => _housekeeping.RunToRest();

    public async ValueTask DisposeAsync()
    {
        await _housekeeping.DisposeAsync();
        _tokens.Dispose();
    }

    private static void AddSubresource(Cluster cluster, string plural, string name, Subresource subresource)
    {
        if (cluster.Resources.Find("", "v1", plural) is not { } parent)
            return;
        var all = parent.Subresources.ToDictionary(StringComparer.Ordinal);
        all[name] = subresource;
        cluster.Resources.Add(parent with { Subresources = all });
    }
}
