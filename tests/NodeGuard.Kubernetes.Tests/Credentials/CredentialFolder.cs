using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NodeGuard.Kubernetes.Credentials;
using Shouldly;

namespace NodeGuard.Kubernetes.Tests.Credentials;

/// <summary>A directory with kubeconfigs, and what the world around says.</summary>
internal sealed class CredentialFolder : IDisposable
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("nodeguard-kubeconfig-").FullName;

    public Dictionary<string, string> Variables { get; } = new() { ["PATH"] = "/usr/bin:/bin" };

    public List<string> Notices { get; } = [];

    public ManualTime Time { get; } = new();

    public bool Terminal { get; set; }

    public ConnectionSurroundings Surroundings => new()
    {
        Variable = Variables.GetValueOrDefault,
        Time = Time,
        Notice = Say,
        StandardInputIsTerminal = Terminal,
        ServiceAccountDirectory = Path("account"),
    };

    public string Path(string name) => System.IO.Path.Combine(Directory, name);

    public string Write(string name, string text)
    {
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(name))!);
        File.WriteAllText(Path(name), text);
        return Path(name);
    }

    public string Script(string name, string text)
    {
        var path = Write(name, "#!/bin/sh\n" + text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public ConnectionResult Connect(ConnectionRequest? request = null) =>
        ClusterConnector.Connect(request ?? new ConnectionRequest(Path("config")), Surroundings);

    public ClusterConnection Ready(ConnectionRequest? request = null) =>
        Connect(request) is ConnectionResult.Failed { Message: var message }
            ? throw new InvalidOperationException(message)
            : ((ConnectionResult.Ready)Connect(request)).Connection;

    public string Refused(ConnectionRequest? request = null) => Connect(request).ShouldBeOfType<ConnectionResult.Failed>().Message;

    /// <summary>One cluster and one user; the parts go into them.</summary>
    public CredentialFolder Config(string user, string cluster = "server: https://one.example:6443", string rest = "") =>
        Config("config", user, cluster, rest);

    public CredentialFolder Config(string file, string user, string cluster, string rest)
    {
        Write(file, $$"""
            apiVersion: v1
            kind: Config
            current-context: first
            clusters: [{name: one, cluster: { {{cluster}} } }]
            users: [{name: jane, user: { {{user}} } }]
            contexts: [{name: first, context: {cluster: one, user: jane, namespace: shop} }]
            {{rest}}
            """);
        return this;
    }

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>A certificate that signs itself, with its key, both as PEM.</summary>
    public static (string Certificate, string Key) Certificate(string name, bool elliptic = true)
    {
        var subject = new X500DistinguishedName($"CN={name}");
        if (elliptic)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var made = SelfSigned(new CertificateRequest(subject, key, HashAlgorithmName.SHA256));
            return (made.ExportCertificatePem(), key.ExportECPrivateKeyPem());
        }

        using var rsa = RSA.Create(2048);
        using var signed = SelfSigned(new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return (signed.ExportCertificatePem(), rsa.ExportRSAPrivateKeyPem());
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private static X509Certificate2 SelfSigned(CertificateRequest request) =>
        request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));

    private void Say(string line)
    {
        lock (Notices)
            Notices.Add(line);
    }
}
