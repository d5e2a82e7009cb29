using Microsoft.AspNetCore.Http;
using NodeGuard.Sandbox.Api;

namespace NodeGuard.Sandbox.Http;

/// <summary>`kubectl --as` and `--as-group`: a request in the name of another, for those who may.</summary>
internal static class Impersonation
{
    private const string AccountPrefix = "system:serviceaccount:";

    /// <summary>Who the request counts as; null and why not where the asker may not.</summary>
    public static UserInfo? Effective(Cluster cluster, HttpRequest request, UserInfo asker, out ApiStatus? refused)
    {
        refused = null;
        string name = request.Headers["Impersonate-User"].ToString();
        string[] groups = [.. request.Headers["Impersonate-Group"].OfType<string>()];
        if (name.Length == 0)
        {
            refused = groups.Length > 0 ? ApiStatus.BadRequest("requested groups without impersonating a user") : null;
            return refused is null ? asker : null;
        }

        refused = Refuse(cluster, asker, "users", name);
        foreach (string group in groups)
            refused ??= Refuse(cluster, asker, "groups", group);
        return refused is null ? new UserInfo(name, [.. Complete(name, groups).Distinct()]) { Uid = request.Headers["Impersonate-Uid"].ToString() } : null;
    }

    private static IEnumerable<string> Complete(string name, string[] groups)
    {
        bool account = name.StartsWith(AccountPrefix, StringComparison.Ordinal);
        string[] own = account && groups.Length == 0
            ? ["system:serviceaccounts", $"system:serviceaccounts:{name[AccountPrefix.Length..].Split(':')[0]}"]
            : groups;
        return own.Append(name == "system:anonymous" ? "system:unauthenticated" : "system:authenticated");
    }

    private static ApiStatus? Refuse(Cluster cluster, UserInfo asker, string resource, string name) => cluster.Authorize?.Invoke(new ApiRequest
    {
        Verb = "impersonate",
        Resource = new ResourceInfo { Group = "", Version = "v1", Plural = resource, Singular = resource[..^1], Kind = resource, Namespaced = false },
        Name = name,
        User = asker,
    });
}
