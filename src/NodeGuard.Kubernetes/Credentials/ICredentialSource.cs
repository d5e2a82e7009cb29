namespace NodeGuard.Kubernetes.Credentials;

/// <summary>Gives what a call proves itself with. Asked before each call; cheap while nothing changed.</summary>
public interface ICredentialSource
{
    ValueTask<CredentialResult> GetAsync(CancellationToken cancellation);

    /// <summary>The server refused the last credential. True when the next one may differ.</summary>
    bool Forget();
}

public abstract record CredentialResult
{
    private CredentialResult()
    {
    }

    public sealed record Ready(Credential Credential) : CredentialResult;

    /// <param name="Message">Names the file, the context and the key, or the command, and what to do. Never a secret.</param>
    public sealed record Failed(string Message) : CredentialResult;
}
