using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using NodeGuard.Kubernetes.Credentials;

namespace NodeGuard.Kubernetes.Client;

/// <summary>
/// The connections to one server. They are made anew when a certificate changes; what runs on the old ones ends there, and
/// they close when they have been idle.
/// </summary>
internal sealed class Transport(ClusterConnection connection, string userAgent, Func<Credential, HttpMessageHandler> handlers) : IDisposable
{
    private readonly Lock _lock = new();
    private HttpMessageInvoker? _invoker;
    private Credential _material = Credential.None;

    [SuppressMessage("Reliability", "CA2000", Justification = "A body may still be on its way when the answer's head is here.")]
    public Task<HttpResponseMessage> SendAsync(
        ApiRequest request, HttpContent? content, string accept, Credential credential, CancellationToken cancellation)
    {
        var message = new HttpRequestMessage(request.Method, Address(request.Target))
        {
            Content = content,
            Version = connection.Server.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        message.Headers.TryAddWithoutValidation("Accept", accept);
        // The framework takes the TLS server name from here; the API server itself ignores it.
        message.Headers.Host = connection.TlsServerName;
        if (credential.BearerToken is { } token)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in connection.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        return Invoker(credential).SendAsync(message, cancellation);
    }

    public Uri Address(string target) => new(connection.Server.AbsoluteUri.TrimEnd('/') + target);

    public void Dispose()
    {
        lock (_lock)
            _invoker?.Dispose();
    }

    private HttpMessageInvoker Invoker(Credential credential)
    {
        lock (_lock)
        {
            if (_invoker is not null
                && ReferenceEquals(_material.ClientCertificate, credential.ClientCertificate)
                && ReferenceEquals(_material.Authorities, credential.Authorities))
                return _invoker;
            _material = credential;
            _invoker = new HttpMessageInvoker(handlers(credential));
            return _invoker;
        }
    }

    public static SocketsHttpHandler CreateHandler(ClusterConnection connection, Credential credential) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.GZip,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        EnableMultipleHttp2Connections = true,
        // A connection that died without a word is found within 45 s, also under an idle watch.
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
        Proxy = connection.Proxy ?? new EnvironmentProxy(Environment.GetEnvironmentVariable),
        SslOptions = Tls(connection, credential),
    };

    [SuppressMessage("Security", "CA5359", Justification = "The kubeconfig asks for it, and the caller warns loudly.")]
    private static SslClientAuthenticationOptions Tls(ClusterConnection connection, Credential credential)
    {
        var options = new SslClientAuthenticationOptions { CertificateRevocationCheckMode = X509RevocationMode.NoCheck };
        if (credential.ClientCertificate is { } client)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(client.Certificate, client.Intermediates, offline: true);
        if (connection.SkipTlsVerify)
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        else if (credential.Authorities is { } authorities)
            options.CertificateChainPolicy = Trust(authorities);
        return options;
    }

    private static X509ChainPolicy Trust(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            // No fetching of issuers from addresses that a certificate names.
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
