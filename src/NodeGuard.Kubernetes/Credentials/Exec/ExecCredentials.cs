using System.Security.Cryptography.X509Certificates;
using NodeGuard.Kubernetes.Credentials.Material;

namespace NodeGuard.Kubernetes.Credentials.Exec;

/// <summary>
/// The last answer of a plugin while it is good; one run at a time for all that wait. A caller that gives up leaves the
/// run to the others: a login that a person is in the middle of is not cut off.
/// </summary>
internal sealed class ExecCredentials(ExecPlugin plugin, Reread<X509Certificate2Collection>? authorities, TimeProvider time) : ICredentialSource
{
    /// <summary>A failed run, and one whose answer was refused at once, is not repeated sooner.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private Task<Outcome<ExecAnswer>>? _run;
    private Outcome<ExecAnswer> _last;
    private long _ended;
    private bool _refused;
    private ExecAnswer? _certified;
    private ClientCertificate? _certificate;

    public async ValueTask<CredentialResult> GetAsync(CancellationToken cancellation)
    {
        var (answer, problem) = await Current().WaitAsync(cancellation);
        if (problem is not null)
            return new CredentialResult.Failed(problem);
        var (trusted, untrusted) = authorities?.Get() ?? default;
        if (untrusted is not null)
            return new CredentialResult.Failed(untrusted);
        var (certificate, broken) = Certificate(answer!);
        return broken is null
            ? new CredentialResult.Ready(new Credential(answer!.Token?.Reveal(), certificate, trusted))
            : new CredentialResult.Failed(broken);
    }

    public bool Forget()
    {
        lock (_lock)
        {
            // Calls that were refused together ask for one new run, not for one each.
            if (_run is { IsCompleted: true } && time.GetElapsedTime(_ended) >= Pause)
                _refused = true;
            return true;
        }
    }

    private Task<Outcome<ExecAnswer>> Current()
    {
        lock (_lock)
        {
            if (_run is null || (_run.IsCompleted && !IsGood(_last)))
            {
                _refused = false;
                _run = Task.Run(RunAsync);
            }

            return _run;
        }
    }

    private bool IsGood(Outcome<ExecAnswer> last)
    {
        if (last.Problem is not null)
            return time.GetElapsedTime(_ended) < Pause;
        return !_refused && (last.Value!.Expires is not { } expires || time.GetUtcNow() < expires);
    }

    private async Task<Outcome<ExecAnswer>> RunAsync()
    {
        var answer = await plugin.RunAsync();
        lock (_lock)
            (_last, _ended) = (answer, time.GetTimestamp());
        return answer;
    }

    /// <summary>The same instance for the same text, so that connections are kept.</summary>
    private Outcome<ClientCertificate> Certificate(ExecAnswer answer)
    {
        if (answer.CertificatePem is null)
            return default;
        lock (_lock)
        {
            if (_certificate is not null && _certified?.CertificatePem == answer.CertificatePem)
                return _certificate;
            var made = answer.Certificate(plugin.Name);
            if (made.Value is { } certificate)
                (_certified, _certificate) = (answer, certificate);
            return made;
        }
    }
}
