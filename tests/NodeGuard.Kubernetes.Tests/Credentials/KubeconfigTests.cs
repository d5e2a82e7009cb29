using NodeGuard.Kubernetes.Credentials;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Credentials;

/// <summary>Which files are read, which context is taken, and what is said when that cannot be.</summary>
public sealed class KubeconfigTests : IDisposable
{
    private readonly CredentialFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AContextNamesServerUserAndNamespace()
    {
        var connection = _folder.Config("token: abc").Ready();
        connection.Server.ShouldBe(new Uri("https://one.example:6443"));
        connection.Namespace.ShouldBe("shop");
        connection.Origin.ShouldBe($"context 'first' of {_folder.Path("config")}");
        connection.SkipTlsVerify.ShouldBeFalse();
        connection.OwnAuthorities.ShouldBeFalse();
    }

    [Fact]
    public void OfAListOfFilesTheFirstToNameAThingHasItWhole()
    {
        _folder.Write("a", """
            clusters: [{name: one, cluster: {server: "https://a.example"}}]
            contexts: [{name: ctx, context: {cluster: one, user: bob}}]
            """);
        _folder.Write("b", """
            current-context: ctx
            clusters: [{name: one, cluster: {server: "https://b.example", tls-server-name: b}}, {name: two, cluster: {server: "https://two.example"}}]
            users: [{name: bob, user: {token: t}}]
            contexts: [{name: ctx, context: {cluster: two}}, {name: other, context: {cluster: two, user: bob}}]
            """);
        _folder.Variables["KUBECONFIG"] = $"{_folder.Path("a")}::{_folder.Path("absent")}:{_folder.Path("b")}:{_folder.Path("a")}";
        var merged = _folder.Ready(new ConnectionRequest());
        merged.Server.Host.ShouldBe("a.example");
        merged.TlsServerName.ShouldBeNull();
        _folder.Ready(new ConnectionRequest(Context: "other")).Server.Host.ShouldBe("two.example");
        _folder.Ready(new ConnectionRequest(Cluster: "two")).Server.Host.ShouldBe("two.example");
    }

    [Fact]
    public void TheFileInTheHomeDirectoryIsTheLastResort()
    {
        _folder.Config(".kube/config", "token: t", "server: https://home.example", string.Empty);
        _folder.Variables["HOME"] = _folder.Directory;
        _folder.Ready(new ConnectionRequest()).Server.Host.ShouldBe("home.example");
        _folder.Variables["KUBECONFIG"] = _folder.Path("absent");
        _folder.Refused(new ConnectionRequest()).ShouldContain($"no cluster in {_folder.Path("absent")}");
    }

    [Fact]
    public void WithoutAnyFileTheMessageSaysWhereItLooked()
    {
        _folder.Refused(new ConnectionRequest()).ShouldBe("no kubeconfig: neither KUBECONFIG nor HOME is set; name a file with --kubeconfig or KUBECONFIG");
        _folder.Refused(new ConnectionRequest(_folder.Path("absent"))).ShouldBe($"kubeconfig {_folder.Path("absent")} does not exist");
    }

    [Theory]
    [InlineData("https://1.2.3.4:6443", "https://1.2.3.4:6443/")]
    [InlineData("https://host/k8s/clusters/c-1", "https://host/k8s/clusters/c-1")]
    [InlineData("http://localhost:8001", "http://localhost:8001/")]
    [InlineData("localhost:8080", "http://localhost:8080/")]
    [InlineData("\"https://[fd00::1]:6443\"", "https://[fd00::1]:6443/")]
    public void AServerIsAUrlOrHostAndPort(string written, string address) =>
        _folder.Config(string.Empty, $"server: {written}").Ready().Server.AbsoluteUri.ShouldBe(address);

    [Fact]
    public void AFlagOfAnotherUserIsTaken()
    {
        _folder.Config("token: t");
        _folder.Refused(new ConnectionRequest(_folder.Path("config"), User: "eve")).ShouldEndWith("there is no user 'eve'; its users: jane");
        _folder.Ready(new ConnectionRequest(_folder.Path("config"), User: "jane")).Server.Host.ShouldBe("one.example");
    }

    [Fact]
    public void WhomToImpersonateGoesIntoEachCall()
    {
        _folder.Config("token: t, as: ann, as-uid: u7, as-groups: [dev, ops], as-user-extra: {Scope/x: [a, b]}");
        _folder.Ready().Headers.Select(h => $"{h.Key}={h.Value}").ShouldBe(
            ["Impersonate-User=ann", "Impersonate-Uid=u7", "Impersonate-Group=dev", "Impersonate-Group=ops", "Impersonate-Extra-Scope%2Fx=a", "Impersonate-Extra-Scope%2Fx=b"]);
        _folder.Ready(new ConnectionRequest(_folder.Path("config"), As: "zoe", AsGroups: ["g"])).Headers.Select(h => $"{h.Key}={h.Value}")
            .ShouldBe(["Impersonate-User=zoe", "Impersonate-Group=g"]);
        _folder.Refused(new ConnectionRequest(_folder.Path("config"), As: "a\r\nX-Evil: 1")).ShouldContain("no header can carry");
    }

    public static TheoryData<string, string> BrokenFiles => new()
    {
        { "clusters: [", "line 2, column 1: this is not YAML" },
        { "clusters: {}", ":1: clusters is a mapping; wanted a list" },
        { "users:\n- name: a\n- name: a\n", ":3: users[1].name: the name 'a' stands twice in users; keep one" },
        { "users: [{name: a, user: {client-key-data: '%%'}}]", ":1: users[0].user.client-key-data: is not base64" },
        { "clusters: [{name: a, cluster: {insecure-skip-tls-verify: maybe}}]", "insecure-skip-tls-verify: wanted true or false" },
        { "kind: Pod", "kind: is not Config" },
        { "- a", ":1: the file is a list; wanted a mapping" },
        { "a: &x 1\nb: *y", "an alias of an anchor that does not stand before it" },
        { "a: 1\na: 2", "line 2: a key that stands in the same mapping before" },
        { "users: [{name: a, user: {exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}}}]", "apiVersion: is 'client.authentication.k8s.io/v1alpha1'; wanted" },
        { "users: [{name: a, user: {exec: {command: x, apiVersion: client.authentication.k8s.io/v1 token hunter2secret}}}]", "apiVersion: is no version of client.authentication.k8s.io; wanted" },
        { "users: [{name: a, user: {exec: {command: x}}}]", "apiVersion: is missing; wanted" },
        { "users: [{name: a, user: {exec: {command: x, apiVersion: client.authentication.k8s.io/v1}}}]", "interactiveMode: wanted Never, IfAvailable or Always" },
        { "users: [{name: a, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1}}}]", "users[0].user.exec.command: is missing" },
        { "current-context: x", "there is no context 'x'; it has no contexts" },
        { "contexts: [{name: b, context: {cluster: c}}, {name: a, context: {}}]", "current-context is not set; name one with --context; its contexts: a, b" },
        { "current-context: b\ncontexts: [{name: b, context: {cluster: c}}]", "context 'b': there is no cluster 'c'; it has no clusters" },
        { "current-context: b\ncontexts: [{name: b, context: {}}]", "context 'b': names no cluster" },
    };

    [Theory]
    [MemberData(nameof(BrokenFiles))]
    public void ABrokenFileIsRefusedWithThePlace(string text, string said)
    {
        var path = _folder.Write("config", text);
        var message = _folder.Refused();
        message.ShouldContain(said);
        message.ShouldContain(path);
    }

    [Theory]
    [InlineData("server: 'ftp://x'", "clusters[one].cluster.server: is no URL of a server")]
    [InlineData("server: 'https://user:hunter2@x'", "clusters[one].cluster.server: is no URL of a server")]
    [InlineData("tls-server-name: x", "clusters[one].cluster.server: is missing")]
    [InlineData("server: 'https://x', proxy-url: 'ftp://u:hunter2@p'", "clusters[one].cluster.proxy-url: is no URL of a proxy; wanted http, https, socks5")]
    [InlineData("server: 'https://x', certificate-authority: ca.crt", "ca.crt does not exist")]
    [InlineData("server: 'https://x', certificate-authority: '.'", "is a directory")]
    [InlineData("server: 'https://x', certificate-authority-data: aGk=", "holds no certificate")]
    [InlineData("server: 'https://x', certificate-authority-data: aGk=, insecure-skip-tls-verify: true", "stands beside a certificate-authority")]
    public void ABrokenClusterIsRefusedWithFileContextAndKey(string cluster, string said)
    {
        var message = _folder.Config("token: t", cluster).Refused();
        message.ShouldStartWith($"context 'first' of {_folder.Path("config")}: ");
        message.ShouldContain(said);
        message.ShouldNotContain("hunter2");
    }

    [Fact]
    public void AnInsecureClusterIsSaidLoudly()
    {
        var connection = _folder.Config("token: t", "server: 'https://x', insecure-skip-tls-verify: true").Ready();
        connection.SkipTlsVerify.ShouldBeTrue();
        _folder.Notices.ShouldContain(n => n.StartsWith("warning: context 'first'", StringComparison.Ordinal) && n.Contains("insecure-skip-tls-verify", StringComparison.Ordinal));
    }

    [Fact]
    public void AProxyIsTakenAndItsPasswordKeptApart()
    {
        var proxy = _folder.Config("token: t", "server: 'https://x', proxy-url: 'http://u:hunter2@proxy:3128'").Ready().Proxy.ShouldNotBeNull();
        proxy.GetProxy(new Uri("https://x")).ShouldBe(new Uri("http://proxy:3128"));
        proxy.Credentials!.GetCredential(new Uri("http://proxy:3128"), "Basic")!.Password.ShouldBe("hunter2");
    }
}
