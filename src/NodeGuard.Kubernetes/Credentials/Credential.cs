using System.Security.Cryptography.X509Certificates;

namespace NodeGuard.Kubernetes.Credentials;

/// <summary>A proof of identity and whom to trust. Its text never shows a secret.</summary>
/// <param name="authorities">The certificates that may have signed the server's; null for those of the system.</param>
/// <remarks>The transport is made anew when a certificate is another instance; give the same one while it is the same.</remarks>
public sealed class Credential(string? bearerToken, ClientCertificate? clientCertificate, X509Certificate2Collection? authorities)
{
    public static Credential None { get; } = new(null, null, null);

    public string? BearerToken { get; } = bearerToken;

    public ClientCertificate? ClientCertificate { get; } = clientCertificate;

    public X509Certificate2Collection? Authorities { get; } = authorities;

    public override string ToString() => (BearerToken, ClientCertificate) switch
    {
        (null, null) => "no credential",
        (null, var certificate) => certificate.ToString(),
        (_, null) => "bearer token",
        (_, var certificate) => $"bearer token and {certificate}",
    };
}

/// <summary>A client certificate with its key and the certificates between it and its authority.</summary>
public sealed class ClientCertificate(X509Certificate2 certificate, X509Certificate2Collection intermediates)
{
    public X509Certificate2 Certificate { get; } = certificate;

    public X509Certificate2Collection Intermediates { get; } = intermediates;

    public override string ToString() => $"client certificate {Certificate.Subject}";
}
