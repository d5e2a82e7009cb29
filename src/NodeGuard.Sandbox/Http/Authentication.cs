using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using NodeGuard.Sandbox.Api;

namespace NodeGuard.Sandbox.Http;

/// <summary>Who a request is from: a bearer token, a client certificate of the cluster's authority, or nobody known.</summary>
public sealed class Authentication(ClusterCertificates certificates)
{
    private const string Scheme = "Bearer ";

    private readonly ConcurrentDictionary<string, UserInfo> _tokens = new(StringComparer.Ordinal);

    public static UserInfo Anonymous { get; } = new("system:anonymous", ["system:unauthenticated"]);

    /// <summary>For tokens that are not in the list, such as those of service accounts: null where it is not one.</summary>
    public Func<string, UserInfo?>? ReadToken { get; set; }

    /// <summary>Whether requests without credentials are served as system:anonymous.</summary>
    public bool AllowAnonymous { get; set; }

    public void AddToken(string token, UserInfo user) => _tokens[token] = user;

    public void RemoveToken(string token) => _tokens.TryRemove(token, out _);

    public UserInfo? UserOfToken(string token) =>
        _tokens.TryGetValue(token, out UserInfo? user) ? user : ReadToken?.Invoke(token);

    /// <summary>Null when the credentials are missing or wrong: 401.</summary>
    internal UserInfo? UserOf(HttpContext context)
    {
        string header = context.Request.Headers.Authorization.ToString();
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return UserOfToken(header[Scheme.Length..].Trim());
        if (context.Connection.ClientCertificate is { } certificate)
            return certificates.Signed(certificate) ? UserOfCertificate(certificate) : null;
        return AllowAnonymous ? Anonymous : null;
    }

    private static UserInfo UserOfCertificate(X509Certificate2 certificate)
    {
        var groups = new List<string>();
        string user = "";
        foreach (X500RelativeDistinguishedName part in certificate.SubjectName.EnumerateRelativeDistinguishedNames(false))
        {
            string value = part.GetSingleElementValue() ?? "";
            switch (part.GetSingleElementType().Value)
            {
                case "2.5.4.10":
                    groups.Add(value);
                    break;
                case "2.5.4.3":
                    user = value;
                    break;
                default:
                    break;
            }
        }

        return new UserInfo(user, [.. groups, "system:authenticated"]);
    }
}
