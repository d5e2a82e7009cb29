using System.Security.Cryptography.X509Certificates;

namespace NodeGuard.Kubernetes.Credentials.Material;

/// <summary>Tokens and certificates that stand in a kubeconfig, in files, or in a pod's own account.</summary>
internal sealed class MaterialCredentials : ICredentialSource
{
    public Reread<Secret>? Token { get; init; }

    public Reread<ClientCertificate>? Client { get; init; }

    /// <summary>Null: those of the system.</summary>
    public Reread<X509Certificate2Collection>? Authorities { get; init; }

    public ValueTask<CredentialResult> GetAsync(CancellationToken cancellation) => new(Get());

    public CredentialResult Get()
    {
        var token = Token?.Get() ?? default;
        var client = Client?.Get() ?? default;
        var authorities = Authorities?.Get() ?? default;
        return (token.Problem ?? client.Problem ?? authorities.Problem) is { } problem
            ? new CredentialResult.Failed(problem)
            : new CredentialResult.Ready(new Credential(token.Value?.Reveal(), client.Value, authorities.Value));
    }

    public bool Forget()
    {
        Token?.Forget();
        Client?.Forget();
        return Token is not null || Client is not null;
    }
}
