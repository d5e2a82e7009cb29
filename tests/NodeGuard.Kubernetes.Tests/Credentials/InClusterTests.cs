using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Credentials.Material;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Credentials;

/// <summary>A pod's own account.</summary>
public sealed class InClusterTests : IDisposable
{
    private readonly CredentialFolder _folder = new();

    public InClusterTests()
    {
        _folder.Variables["KUBERNETES_SERVICE_HOST"] = "fd00::1";
        _folder.Variables["KUBERNETES_SERVICE_PORT"] = "443";
        _folder.Write("account/token", "one");
        _folder.Write("account/namespace", "nodeguard\n");
        _folder.Write("account/ca.crt", CredentialFolder.Certificate("ca").Certificate);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheAccountServesWhereNoKubeconfigIs()
    {
        var connection = _folder.Ready(new ConnectionRequest());
        connection.Server.AbsoluteUri.ShouldBe("https://[fd00::1]/");
        connection.Namespace.ShouldBe("nodeguard");
        connection.Origin.ShouldBe("the pod's own service account");
        connection.OwnAuthorities.ShouldBeTrue();
        (await TokenAsync(connection)).ShouldBe("one");
    }

    [Fact]
    public async Task TheTokenIsReadAgainBeforeItExpires()
    {
        var connection = _folder.Ready(new ConnectionRequest());
        _folder.Write("account/token", "two");
        _folder.Time.Advance(Reread<Secret>.Interval);
        (await TokenAsync(connection)).ShouldBe("two");
    }

    [Fact]
    public void AKubeconfigGoesBeforeTheAccount()
    {
        _folder.Config(".kube/config", "token: t", "server: https://home.example", string.Empty);
        _folder.Variables["HOME"] = _folder.Directory;
        _folder.Ready(new ConnectionRequest()).Server.Host.ShouldBe("home.example");
    }

    [Fact]
    public void AnAccountWithoutAuthoritiesIsRefused()
    {
        File.Delete(_folder.Path("account/ca.crt"));
        _folder.Refused(new ConnectionRequest()).ShouldContain("account/ca.crt does not exist; is the pod's service account token mounted?");
    }

    [Fact]
    public void ANamedContextIsNotThePodsAccount() =>
        _folder.Refused(new ConnectionRequest(Context: "prod")).ShouldContain("no kubeconfig");

    private static async Task<string?> TokenAsync(ClusterConnection connection) =>
        (await connection.Credentials.GetAsync(default)).ShouldBeOfType<CredentialResult.Ready>().Credential.BearerToken;
}
