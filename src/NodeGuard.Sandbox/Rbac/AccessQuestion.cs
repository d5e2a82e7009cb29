using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Rbac;

/// <summary>What somebody wants to do.</summary>
/// <param name="Path">Of what is no resource, for example `/version`; null for resources.</param>
public sealed record AccessQuestion(
    UserInfo User, string Verb, string Group, string Resource, string Subresource, string Namespace, string Name, string? Path = null)
{
    /// <summary>`pods`, or `pods/eviction`.</summary>
    public string FullResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    /// <summary>A namespace itself counts as in that namespace.</summary>
    public static AccessQuestion Of(ApiRequest request)
    {
        bool isNamespace = request.Resource is { Group.Length: 0, Plural: "namespaces" };
        return new(
            request.User, request.Verb, request.Resource.Group, request.Resource.Plural, request.Subresource,
            isNamespace ? request.Name : request.Namespace, request.Name);
    }

    /// <summary>The question of an access review.</summary>
    public static AccessQuestion Of(UserInfo user, JsonObject spec)
    {
        JsonNode? resource = spec["resourceAttributes"];
        JsonNode? path = spec["nonResourceAttributes"];
        return new(
            user, resource.Text("verb") ?? path.Text("verb") ?? "", resource.Text("group") ?? "", resource.Text("resource") ?? "",
            resource.Text("subresource") ?? "", resource.Text("namespace") ?? "", resource.Text("name") ?? "",
            resource is null ? path.Text("path") ?? "" : null);
    }

    /// <summary>The refusal in the words of the server.</summary>
    public ApiStatus Forbidden()
    {
        if (Path is not null)
            return new ApiStatus(403, "Forbidden", $"forbidden: User \"{User.Name}\" cannot {Verb} path \"{Path}\"");
        string where = Namespace.Length > 0 ? $"in the namespace \"{Namespace}\"" : "at the cluster scope";
        string what = Group.Length == 0 ? Resource : $"{Resource}.{Group}";
        string named = Name.Length == 0 ? what : $"{what} \"{Name}\"";
        return new ApiStatus(
            403, "Forbidden",
            $"{named} is forbidden: User \"{User.Name}\" cannot {Verb} resource \"{FullResource}\" in API group \"{Group}\" {where}")
        {
            Name = Name,
            Group = Group,
            Kind = Resource,
        };
    }
}
