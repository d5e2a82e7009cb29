namespace NodeGuard.Kubernetes.Credentials;

/// <summary>One credential that never changes.</summary>
public sealed class FixedCredentials(Credential credential) : ICredentialSource
{
    public static FixedCredentials Anonymous { get; } = new(Credential.None);

    public ValueTask<CredentialResult> GetAsync(CancellationToken cancellation) =>
        new(new CredentialResult.Ready(credential));

    public bool Forget() => false;
}
