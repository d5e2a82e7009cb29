using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Rbac;

/// <summary>Makes and reads the tokens of service accounts: signed, expiring, bound to objects that must still be there.</summary>
public sealed class ServiceAccountTokens(Cluster cluster) : IDisposable
{
    public const string Issuer = "https://kubernetes.default.svc";

    private const string Claims = "kubernetes.io";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock _signing = new();

    /// <param name="bound">The pod or node of the claims, by kind; empty when the token is bound to none.</param>
    public string Make(JsonObject account, IReadOnlyList<string> audiences, TimeSpan life, IReadOnlyDictionary<string, JsonObject> bound)
    {
        DateTimeOffset now = cluster.Clock.GetUtcNow();
        string? @namespace = account.Text("metadata", "namespace");
        string? name = account.Text("metadata", "name");
        var own = new JsonObject { ["namespace"] = @namespace, ["serviceaccount"] = Reference(account) };
        foreach ((string kind, JsonObject value) in bound)
            own[kind] = Reference(value);
        var claims = new JsonObject
        {
            ["aud"] = new JsonArray([.. audiences.Select(a => (JsonNode)a)]),
            ["exp"] = (now + life).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = Issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            [Claims] = own,
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = $"system:serviceaccount:{@namespace}:{name}",
        };
        string signed = $"{Part("""{"alg":"ES256","typ":"JWT"}""")}.{Part(claims.ToJsonString())}";
        lock (_signing)
            return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    /// <summary>Who a token for this server is; null for others.</summary>
    public UserInfo? Read(string token) =>
        ReadWithAudiences(token) is { } found && found.Audiences.Contains(Issuer) ? found.User : null;

    /// <summary>With whom the token is meant for. Null when it is not ours, has expired, or what it is bound to is gone.</summary>
    public (UserInfo User, string[] Audiences)? ReadWithAudiences(string token)
    {
        if (Verified(token) is not { } claims)
            return null;
        long now = cluster.Clock.GetUtcNow().ToUnixTimeSeconds();
        JsonNode? own = claims[Claims];
        string? @namespace = own.Text("namespace");
        bool valid = claims.Number("exp") > now && claims.Number("nbf") <= now
            && IsThere("serviceaccounts", @namespace, own.At("serviceaccount"))
            && (own.At("pod") is not { } pod || IsThere("pods", @namespace, pod))
            && (own.At("secret") is not { } secret || IsThere("secrets", @namespace, secret))
            && (own.At("pod") is not null || own.At("node") is not { } node || IsThere("nodes", null, node));
        return valid
            ? (User(claims, @namespace!), [.. claims.Items("aud").Select(a => a.Text() ?? "")])
            : null;
    }

    public void Dispose() => _key.Dispose();

    private static JsonObject Reference(JsonObject value)
    {
        var reference = new JsonObject { ["name"] = value.Text("metadata", "name") };
        if (value.Text("metadata", "uid") is { } uid)
            reference["uid"] = uid;
        return reference;
    }

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private JsonObject? Verified(string token)
    {
        try
        {
            if (token.Split('.') is not [{ } head, { } body, { } signature])
                return null;
            byte[] text = Encoding.ASCII.GetBytes($"{head}.{body}");
            byte[] mark = Base64Url.DecodeFromChars(signature);
            lock (_signing)
            {
                if (!_key.VerifyData(text, mark, HashAlgorithmName.SHA256))
                    return null;
            }

            return JsonNode.Parse(Base64Url.DecodeFromChars(body)) as JsonObject;
        }
        catch (Exception e) when (e is FormatException or JsonException or CryptographicException)
        {
            return null;
        }
    }

    private bool IsThere(string resource, string? @namespace, JsonNode? reference) =>
        cluster.Store.Get(resource, StoredObject.KeyOf(@namespace, reference.Text("name") ?? "")) is { } found
        && found.Value.Text("metadata", "uid") == reference.Text("uid");

    private static UserInfo User(JsonObject claims, string @namespace)
    {
        var extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            ["authentication.kubernetes.io/credential-id"] = [$"JTI={claims.Text("jti")}"],
        };
        foreach (string kind in (string[])["node", "pod"])
        {
            foreach (string field in (string[])["name", "uid"])
            {
                if (claims.Text(Claims, kind, field) is { } value)
                    extra[string.Create(CultureInfo.InvariantCulture, $"authentication.kubernetes.io/{kind}-{field}")] = [value];
            }
        }

        return new UserInfo(
            claims.Text("sub")!, ["system:serviceaccounts", $"system:serviceaccounts:{@namespace}", "system:authenticated"])
        {
            Uid = claims.Text(Claims, "serviceaccount", "uid") ?? "",
            Extra = extra,
        };
    }
}
