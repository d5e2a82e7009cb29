using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Credentials.Material;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Credentials;

/// <summary>Tokens and certificates, in the kubeconfig and beside it.</summary>
public sealed class UserCredentialTests : IDisposable
{
    private readonly CredentialFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ATokenIsTrimmedAndNeverShown()
    {
        var credential = await CredentialAsync(_folder.Config("token: ' abc '").Ready());
        credential.BearerToken.ShouldBe("abc");
        credential.ToString().ShouldBe("bearer token");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ACertificateStandsInTheFileOrBesideIt(bool elliptic)
    {
        var (certificate, key) = CredentialFolder.Certificate("jane", elliptic);
        _folder.Write("pki/jane.crt", certificate);
        _folder.Write("pki/jane.key", key);
        var beside = await CredentialAsync(_folder.Config("client-certificate: pki/jane.crt, client-key: pki/jane.key").Ready());
        beside.ClientCertificate!.Certificate.HasPrivateKey.ShouldBeTrue();
        var inside = await CredentialAsync(_folder.Config(
            $"client-certificate-data: {CredentialFolder.Base64(certificate)}, client-key-data: {CredentialFolder.Base64(key)}, client-key: absent").Ready());
        inside.ToString().ShouldBe("client certificate CN=jane");
    }

    [Fact]
    public async Task ACertificateThatRotatesIsTakenOnceItsKeyFits()
    {
        var (oldCertificate, oldKey) = CredentialFolder.Certificate("old");
        var (newCertificate, newKey) = CredentialFolder.Certificate("new");
        _folder.Write("crt", oldCertificate);
        _folder.Write("key", oldKey);
        var connection = _folder.Config("client-certificate: crt, client-key: key").Ready();
        var first = (await CredentialAsync(connection)).ClientCertificate;

        _folder.Write("crt", newCertificate);
        _folder.Time.Advance(Reread<Secret>.Interval);
        (await CredentialAsync(connection)).ClientCertificate.ShouldBeSameAs(first);

        _folder.Write("key", newKey);
        _folder.Time.Advance(Reread<Secret>.Interval);
        (await CredentialAsync(connection)).ClientCertificate!.Certificate.Subject.ShouldBe("CN=new");
    }

    [Fact]
    public async Task ATokenFileIsReadAgain()
    {
        _folder.Write("token", "one\n");
        var connection = _folder.Config("tokenFile: token, token: ignored").Ready();
        (await CredentialAsync(connection)).BearerToken.ShouldBe("one");
        _folder.Write("token", "two\n");
        (await CredentialAsync(connection)).BearerToken.ShouldBe("one");
        _folder.Time.Advance(Reread<Secret>.Interval);
        (await CredentialAsync(connection)).BearerToken.ShouldBe("two");
        _folder.Write("token", "three\n");
        connection.Credentials.Forget().ShouldBeTrue();
        (await CredentialAsync(connection)).BearerToken.ShouldBe("three");
    }

    [Fact]
    public async Task ATokenFileThatIsGoneLeavesTheLastTokenUntilItIsRefused()
    {
        var path = _folder.Write("token", "one");
        var connection = _folder.Config("tokenFile: token").Ready();
        File.Delete(path);
        _folder.Time.Advance(Reread<Secret>.Interval);
        (await CredentialAsync(connection)).BearerToken.ShouldBe("one");
        connection.Credentials.Forget();
        (await connection.Credentials.GetAsync(default)).ShouldBeOfType<CredentialResult.Failed>().Message
            .ShouldBe($"{_folder.Path("config")}: users[jane].user.tokenFile: {path} does not exist");
    }

    [Theory]
    [InlineData("username: jane, password: hunter2", "users[jane].user.password: API servers take no user name and password")]
    [InlineData("auth-provider: {name: gcp, config: {access-token: hunter2}}", "users[jane].user.auth-provider: the login 'gcp' is not built in here")]
    [InlineData("token: \"hunter2\\nx\"", "users[jane].user.token: the token has a space, a line break")]
    [InlineData("tokenFile: absent", "users[jane].user.tokenFile: ")]
    [InlineData("client-certificate-data: aGk=", "users[jane].user.client-key-data: is missing")]
    [InlineData("client-key-data: aGk=", "users[jane].user.client-certificate-data: is missing")]
    [InlineData("client-certificate-data: aGk=, client-key-data: aHVudGVyMg==", "users[jane].user.client-certificate-data: holds no certificate")]
    public void WhatIsNoProofIsRefusedWithFileContextAndKey(string user, string said)
    {
        var message = _folder.Config(user).Refused();
        message.ShouldStartWith($"context 'first' of {_folder.Path("config")}: ");
        message.ShouldContain(said);
        message.ShouldNotContain("hunter2");
    }

    [Fact]
    public void TheKeyOfAnotherCertificateIsRefused()
    {
        var (certificate, _) = CredentialFolder.Certificate("jane");
        var (_, other) = CredentialFolder.Certificate("eve");
        _folder.Config($"client-certificate-data: {CredentialFolder.Base64(certificate)}, client-key-data: {CredentialFolder.Base64(other)}").Refused()
            .ShouldContain("users[jane].user.client-key-data: is no private key of the certificate");
    }

    [Fact]
    public async Task WithoutTlsNoCredentialIsSent()
    {
        var connection = _folder.Config("token: abc", "server: http://localhost:8001").Ready();
        (await CredentialAsync(connection)).ShouldBe(Credential.None);
        _folder.Notices.ShouldContain(n => n.Contains("reached without TLS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnAuthorityThatRotatesIsTaken()
    {
        var (first, _) = CredentialFolder.Certificate("first-ca");
        var (second, _) = CredentialFolder.Certificate("second-ca");
        _folder.Write("ca.crt", first);
        var connection = _folder.Config("token: t", "server: https://x, certificate-authority: ca.crt").Ready();
        (await CredentialAsync(connection)).Authorities!.Count.ShouldBe(1);
        _folder.Write("ca.crt", first + "\n" + second);
        _folder.Time.Advance(Reread<Secret>.Interval);
        (await CredentialAsync(connection)).Authorities!.Count.ShouldBe(2);
    }

    private static async Task<Credential> CredentialAsync(ClusterConnection connection) =>
        (await connection.Credentials.GetAsync(default)).ShouldBeOfType<CredentialResult.Ready>().Credential;
}
