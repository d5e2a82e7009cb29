namespace NodeGuard.Sandbox.Http;

/// <summary>What the path of a resource request names.</summary>
public sealed record RequestPath(
    string Group, string Version, string Namespace, string Resource, string Name, string Subresource)
{
    /// <summary>Null when the path is not under `/api/VERSION/RESOURCE` or `/apis/GROUP/VERSION/RESOURCE`.</summary>
    public static RequestPath? Parse(string path)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        (string group, string version, string[] rest) = parts switch
        {
            ["api", var v, .. var r] => ("", v, r),
            ["apis", var g, var v, .. var r] => (g, v, r),
            _ => ("", "", []),
        };
        string @namespace = "";
        if (rest is ["namespaces", var name, var next, ..] && next is not ("status" or "finalize"))
        {
            @namespace = name;
            rest = rest[2..];
        }

        return rest.Length == 0
            ? null
            : new RequestPath(
                group, version, @namespace, rest[0],
                rest.Length > 1 ? rest[1] : "", rest.Length > 2 ? string.Join('/', rest[2..]) : "");
    }
}
