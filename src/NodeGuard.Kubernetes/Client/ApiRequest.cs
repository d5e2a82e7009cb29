namespace NodeGuard.Kubernetes.Client;

/// <summary>One call, in the words of RBAC, so that a refusal can name the rule that would be needed.</summary>
/// <param name="Verb">get, list, watch, create, update, patch, delete.</param>
/// <param name="Resource">Empty for a path that is no resource.</param>
/// <param name="Target">Path and query below the server's own path; starts with a slash.</param>
internal sealed record ApiRequest(
    HttpMethod Method,
    string Verb,
    string Group,
    string Resource,
    string Subresource,
    string Namespace,
    string Name,
    string Target)
{
    /// <summary>May be sent again without a second effect.</summary>
    public bool IsRead => Method == HttpMethod.Get;

    /// <summary>A caller of an eviction paces it itself: a refusal is its normal answer.</summary>
    public bool IsEviction => Subresource == "eviction";

    public string Path => Target.Split('?', 2)[0];

    /// <summary>"list pods in shop", "create pods/eviction shop/web-0", "get /version".</summary>
    public override string ToString()
    {
        if (Resource.Length == 0)
            return $"{Verb} {Path}";
        var resource = Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";
        var group = Group.Length == 0 ? string.Empty : $".{Group}";
        var place = (Namespace.Length, Name.Length) switch
        {
            (0, 0) => string.Empty,
            (_, 0) => $" in namespace {Namespace}",
            (0, _) => $" {Name}",
            _ => $" {Namespace}/{Name}",
        };
        return $"{Verb} {resource}{group}{place}";
    }

    /// <summary>The RBAC rule that allows this call, and where it must stand.</summary>
    public string NeededRule()
    {
        if (Resource.Length == 0)
            return $"nonResourceURLs [\"{Path}\"], verbs [\"{Verb}\"] in a ClusterRole";
        var resource = Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";
        var place = Namespace.Length == 0 ? "a ClusterRole" : $"a ClusterRole, or a Role in namespace {Namespace}";
        return $"apiGroups [\"{Group}\"], resources [\"{resource}\"], verbs [\"{Verb}\"] in {place}";
    }
}
