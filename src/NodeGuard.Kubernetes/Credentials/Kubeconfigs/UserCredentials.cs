using System.Security.Cryptography.X509Certificates;
using NodeGuard.Kubernetes.Credentials.Exec;
using NodeGuard.Kubernetes.Credentials.Material;

namespace NodeGuard.Kubernetes.Credentials.Kubeconfigs;

/// <summary>What a user of a kubeconfig proves itself with towards a cluster.</summary>
internal sealed class UserCredentials(ClusterEntry cluster, UserEntry user, ConnectionSurroundings surroundings)
{
    public static bool HasAny(UserEntry user) => HasCertificate(user) || HasToken(user) || user.Exec is not null;

    public Outcome<ICredentialSource> Build(Uri server)
    {
        var authorities = Authorities();
        if (authorities?.Get().Problem is { } badAuthority)
            return Failed(badAuthority);
        // A secret does not travel in the clear.
        if (server.Scheme == Uri.UriSchemeHttp)
            return new(FixedCredentials.Anonymous, null);
        if (Refusal() is { } refusal)
            return Failed(refusal);
        // kubectl does the same: what stands there goes before what a plugin would fetch.
        if (user.Exec is { } exec && !HasToken(user) && !HasCertificate(user))
            return new(new ExecCredentials(new ExecPlugin(exec, cluster, authorities, surroundings), authorities, surroundings.Time), null);
        var material = new MaterialCredentials { Token = Token(), Client = Client(), Authorities = authorities };
        return material.Get() is CredentialResult.Failed { Message: var problem } ? Failed(problem) : new(material, null);
    }

    private static Outcome<ICredentialSource> Failed(string problem) => Outcome<ICredentialSource>.Failed(problem);

    private static bool HasCertificate(UserEntry user) => user.CertificateData is not null || user.CertificatePath is not null;

    private static bool HasToken(UserEntry user) => user.Token is not null || user.TokenFile is not null;

    private string? Refusal()
    {
        if (user.HasPassword && !HasAny(user))
            return $"{user.Key("password")}: API servers take no user name and password since Kubernetes 1.19; put a token, a client certificate or an exec plugin there";
        if (user.AuthProvider is { } provider && !HasAny(user))
            return $"{user.Key("auth-provider")}: the login '{provider}' is not built in here; put the provider's exec plugin there";
        if (HasCertificate(user) && user.KeyData is null && user.KeyPath is null)
            return $"{user.Key("client-key-data")}: is missing, and client-key too; a client certificate needs its key";
        return !HasCertificate(user) && (user.KeyData is not null || user.KeyPath is not null)
            ? $"{user.Key("client-certificate-data")}: is missing, and client-certificate too; a key needs its certificate"
            : null;
    }

    private Reread<X509Certificate2Collection>? Authorities()
    {
        var source = Source(cluster.Key, "certificate-authority", cluster.AuthorityData, cluster.AuthorityPath);
        return source is null ? null : new([source], b => Certificates.Authorities(b[0], source.Place), surroundings.Time);
    }

    private Reread<ClientCertificate>? Client()
    {
        var certificate = Source(user.Key, "client-certificate", user.CertificateData, user.CertificatePath);
        var key = Source(user.Key, "client-key", user.KeyData, user.KeyPath);
        return certificate is null || key is null
            ? null
            : new([certificate, key], b => Certificates.Client(b[0], b[1], certificate.Place, key.Place), surroundings.Time);
    }

    /// <summary>A token file goes before a token; a token serves as long as the file cannot.</summary>
    private Reread<Secret>? Token()
    {
        var given = user.Token?.Reveal();
        if (user.TokenFile is not { } path)
            return given is null ? null : new([], _ => BearerToken.Parse(given, user.Key("token")), surroundings.Time);
        ByteSource source = new ByteSource.InFile(user.Key("tokenFile"), path);
        if (given is not null && source.Read().Problem is not null)
            return new([], _ => BearerToken.Parse(given, user.Key("token")), surroundings.Time);
        return new([source], b => BearerToken.Parse(b[0], $"{source.Place}: {path}"), surroundings.Time);
    }

    /// <summary>Data goes before a file.</summary>
    private static ByteSource? Source(Func<string, string> place, string key, byte[]? data, string? path)
    {
        if (data is not null)
            return new ByteSource.Given(place(key + "-data"), data);
        return path is null ? null : new ByteSource.InFile(place(key), path);
    }
}
