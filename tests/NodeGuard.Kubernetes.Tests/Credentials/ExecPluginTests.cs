using System.Text.Json.Nodes;
using NodeGuard.Kubernetes.Credentials;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Credentials;

/// <summary>Login programs, run for real: small scripts.</summary>
public sealed class ExecPluginTests : IDisposable
{
    private const string V1 = "client.authentication.k8s.io/v1";
    private readonly CredentialFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("v1")]
    [InlineData("v1beta1")]
    public async Task APluginsTokenIsUsedAndKept(string version)
    {
        Plugin($"echo x >>\"$0.runs\"; echo '{{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/{version}\",\"status\":{{\"token\":\"tok-'$1-$KEY'\"}}}}'");
        var connection = Configured($"args: [arg], env: [{{name: KEY, value: val}}]", version).Ready();
        (await CredentialAsync(connection)).BearerToken.ShouldBe("tok-arg-val");
        (await CredentialAsync(connection)).BearerToken.ShouldBe("tok-arg-val");
        Runs().ShouldBe(1);
    }

    [Fact]
    public async Task AnExpiredTokenAndARefusedOneAreFetchedAnew()
    {
        Plugin("echo x >>\"$0.runs\"; n=$(wc -l <\"$0.runs\"); echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" + V1 + "\",\"status\":{\"token\":\"t'$n'\",\"expirationTimestamp\":\"2026-11-21T11:00:00Z\"}}'");
        var connection = Configured("args: []").Ready();
        (await CredentialAsync(connection)).BearerToken.ShouldBe("t1");
        _folder.Time.Advance(TimeSpan.FromMinutes(1));
        connection.Credentials.Forget().ShouldBeTrue();
        (await CredentialAsync(connection)).BearerToken.ShouldBe("t2");
        // Calls refused together: the answer that just came is not thrown away.
        connection.Credentials.Forget();
        (await CredentialAsync(connection)).BearerToken.ShouldBe("t2");
        _folder.Time.Advance(TimeSpan.FromHours(1));
        (await CredentialAsync(connection)).BearerToken.ShouldBe("t3");
    }

    [Fact]
    public async Task ACertificateOfAPluginIsUsedAndKeptTheSame()
    {
        var (certificate, key) = CredentialFolder.Certificate("exec-jane");
        var answer = new JsonObject
        {
            ["kind"] = "ExecCredential",
            ["apiVersion"] = V1,
            ["status"] = new JsonObject { ["clientCertificateData"] = certificate, ["clientKeyData"] = key },
        };
        _folder.Write("answer", answer.ToJsonString());
        Plugin($"cat {_folder.Path("answer")}");
        var connection = Configured("args: []").Ready();
        var first = (await CredentialAsync(connection)).ClientCertificate.ShouldNotBeNull();
        first.Certificate.Subject.ShouldBe("CN=exec-jane");
        _folder.Time.Advance(TimeSpan.FromMinutes(1));
        connection.Credentials.Forget();
        (await CredentialAsync(connection)).ClientCertificate.ShouldBeSameAs(first);
    }

    [Fact]
    public async Task APluginLearnsTheClusterOnlyWhenTheKubeconfigSaysSo()
    {
        Plugin("printf %s \"$KUBERNETES_EXEC_INFO\" >\"$0.info\"; echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" + V1 + "\",\"status\":{\"token\":\"t\"}}'");
        const string cluster = "server: https://one.example:6443, tls-server-name: api, extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a1, level: 3, on: 'true', all: [1, x]}}]";
        await CredentialAsync(Configured("provideClusterInfo: true", cluster: cluster).Ready());
        JsonNode.DeepEquals(Info(), JsonNode.Parse($$$"""
            {"kind":"ExecCredential","apiVersion":"{{{V1}}}","spec":{"cluster":{"server":"https://one.example:6443","tls-server-name":"api",
            "config":{"audience":"a1","level":3,"on":"true","all":[1,"x"]}},"interactive":false}}
            """)).ShouldBeTrue(Info()!.ToJsonString());
        await CredentialAsync(Configured("provideClusterInfo: false", cluster: cluster).Ready());
        Info()!["spec"]!.ToJsonString().ShouldBe("""{"interactive":false}""");
    }

    [Theory]
    [InlineData("echo hunter2; exit 0", "are no ExecCredential")]
    [InlineData("echo hunter2; exit 3", "ended with status 3; run it by hand")]
    [InlineData("echo '{\"kind\":\"Pod\"}'", "another kind of object")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":\"hunter2\"}}'", "another apiVersion")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\"}'", "without status")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'", "neither status.token nor")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"hunter2 x\"}}'", "status.token: the token has a space")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"clientKeyData\":\"hunter2\"}}'", "without the other")]
    [InlineData("head -c 2000000 /dev/zero", "printed more than 1024 KiB")]
    public async Task APluginThatFailsIsNamedWithItsPlaceAndNothingItPrinted(string script, string said)
    {
        Plugin(script);
        var message = await FailureAsync(Configured("args: [hunter2], env: [{name: A, value: hunter2}]").Ready());
        message.ShouldStartWith($"{_folder.Path("config")}: users[jane].user.exec: the plugin '{_folder.Path("plugin")}'");
        message.ShouldContain(said);
        message.ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task WhatAPluginSaysOnStderrIsShown()
    {
        Plugin("echo 'your session ended, log in' >&2; exit 1");
        await FailureAsync(Configured("args: []").Ready());
        _folder.Notices.ShouldContain("plugin: your session ended, log in");
    }

    [Fact]
    public async Task AMissingPluginSaysHowToGetIt()
    {
        var relative = _folder.Config($"exec: {{apiVersion: {V1}, interactiveMode: Never, command: no-such-login, installHint: 'brew install it'}}").Ready();
        (await FailureAsync(relative)).ShouldEndWith("is no program that can be run, in no directory of PATH; the kubeconfig says how to get it: brew install it");
        _folder.Write("not-executable", "x");
        var beside = _folder.Config($"exec: {{apiVersion: {V1}, interactiveMode: Never, command: ./not-executable}}").Ready();
        (await FailureAsync(beside)).ShouldContain("is no program that can be run; install it, or correct the kubeconfig");
    }

    [Fact]
    public async Task APluginThatMustAskAPersonIsRefusedWithoutATerminal()
    {
        Plugin("exit 0");
        var connection = _folder.Config($"exec: {{apiVersion: {V1}, interactiveMode: Always, command: ./plugin}}").Ready();
        (await FailureAsync(connection)).ShouldContain("wants to ask a person (interactiveMode Always), and standard input is no terminal");
    }

    [Fact]
    public async Task ManyCallsWaitForOneRunAndAFailureIsNotRepeatedAtOnce()
    {
        Plugin("echo x >>\"$0.runs\"; exit 1");
        var connection = Configured("args: []").Ready();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FailureAsync(connection)));
        Runs().ShouldBe(1);
        _folder.Time.Advance(TimeSpan.FromSeconds(5));
        await FailureAsync(connection);
        Runs().ShouldBe(2);
    }

    [Fact]
    public async Task ATokenGoesBeforeThePlugin()
    {
        Plugin("exit 1");
        var connection = _folder.Config($"token: abc, exec: {{apiVersion: {V1}, interactiveMode: Never, command: ./plugin}}").Ready();
        (await CredentialAsync(connection)).BearerToken.ShouldBe("abc");
    }

    private void Plugin(string script) => _folder.Script("plugin", script);

    private int Runs() => File.ReadAllLines(_folder.Path("plugin.runs")).Length;

    private JsonNode? Info() => JsonNode.Parse(File.ReadAllText(_folder.Path("plugin.info")));

    private CredentialFolder Configured(string more, string version = "v1", string cluster = "server: https://one.example:6443") =>
        _folder.Config($"exec: {{apiVersion: client.authentication.k8s.io/{version}, interactiveMode: Never, command: ./plugin, {more}}}", cluster);

    private static async Task<Credential> CredentialAsync(ClusterConnection connection)
    {
        var result = await connection.Credentials.GetAsync(default);
        return result is CredentialResult.Ready ready ? ready.Credential : throw new InvalidOperationException(result.ToString());
    }

    private static async Task<string> FailureAsync(ClusterConnection connection) =>
        (await connection.Credentials.GetAsync(default)).ShouldBeOfType<CredentialResult.Failed>().Message;
}
