using System.Globalization;
using System.Text;
using NodeGuard.Kubernetes.Credentials.Kubeconfigs;

namespace NodeGuard.Kubernetes.Credentials;

/// <summary>Whom to impersonate, as headers of each call.</summary>
internal static class ImpersonationHeaders
{
    /// <summary>The flags replace the kubeconfig's user, and its groups with it.</summary>
    public static Outcome<IReadOnlyList<KeyValuePair<string, string>>> Of(Impersonation configured, ConnectionRequest request)
    {
        var who = request.As is { } name ? new Impersonation(name, null, request.AsGroups ?? [], []) : configured;
        if (who.User is null && (who.Uid is not null || who.Groups.Count > 0 || who.Extra.Count > 0 || request.AsGroups is { Count: > 0 }))
            return Failed("a group, uid or extra is impersonated only along with a user; name one with --as or the kubeconfig's key 'as'");
        if (who.User is null)
            return new([], null);
        var headers = new List<KeyValuePair<string, string>> { new("Impersonate-User", who.User) };
        if (who.Uid is not null)
            headers.Add(new("Impersonate-Uid", who.Uid));
        headers.AddRange(who.Groups.Select(g => KeyValuePair.Create("Impersonate-Group", g)));
        headers.AddRange(who.Extra.Select(e => KeyValuePair.Create("Impersonate-Extra-" + Escape(e.Key), e.Value)));
        return headers.FirstOrDefault(h => h.Value.AsSpan().ContainsAnyExceptInRange(' ', '~')) is { Key: { } bad }
            ? Failed($"{bad}: holds a line break or a letter that no header can carry; impersonated names are plain ASCII")
            : new(headers, null);
    }

    private static Outcome<IReadOnlyList<KeyValuePair<string, string>>> Failed(string problem) => new(null, problem);

    private static string Escape(string key)
    {
        var text = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(key))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || "!#$&'*+-.^_`|~".Contains((char)b, StringComparison.Ordinal))
                text.Append((char)b);
            else
                text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return text.ToString();
    }
}
