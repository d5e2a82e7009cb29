namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>Where a webhook may be: signed requests name nodes, and go over TLS or stay on this host.</summary>
internal static class WebhookAddress
{
    /// <returns>Null, and what is wrong with it.</returns>
    public static Uri? Read(string? url, out string problem)
    {
        problem = string.Empty;
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? at) || at.Scheme is not ("https" or "http"))
            problem = "an address such as https://machines.example.org/replace";
        else if (at.Scheme == "http" && !at.IsLoopback)
            problem = "https: plain http is for addresses of this host only";
        else if (at.UserInfo.Length > 0)
            problem = "no name and password: a request is signed by spec.replacement.webhook.secret";
        else
            return at;
        return null;
    }

    /// <summary>For messages: a path or a query may hold what not everybody should read.</summary>
    public static string Shown(Uri at) => at.Authority;
}
