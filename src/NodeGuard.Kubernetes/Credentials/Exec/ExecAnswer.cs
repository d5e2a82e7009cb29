using System.Text;
using System.Text.Json;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials.Material;

namespace NodeGuard.Kubernetes.Credentials.Exec;

/// <summary>What a plugin printed, checked. Pure.</summary>
/// <param name="CertificatePem">With its key, or null.</param>
/// <param name="Expires">Null: good until the server refuses it.</param>
internal sealed record ExecAnswer(Secret? Token, string? CertificatePem, Secret? KeyPem, DateTimeOffset? Expires)
{
    /// <param name="plugin">Names it in messages.</param>
    public static Outcome<ExecAnswer> Parse(string printed, string apiVersion, string plugin)
    {
        ExecCredentialObject? answer;
        try
        {
            answer = JsonSerializer.Deserialize(printed, ExecJson.Default.ExecCredentialObject);
        }
        catch (JsonException e)
        {
            return Failed($"{plugin} printed {printed.Length} characters that are no ExecCredential: {JsonPlace.Of(e)}");
        }

        if (answer is not { Kind: "ExecCredential" })
            return Failed($"{plugin} printed another kind of object; wanted an ExecCredential");
        if (answer.ApiVersion != apiVersion)
            return Failed($"{plugin} printed another apiVersion than the {apiVersion} that the kubeconfig asks for; set the plugin's or the kubeconfig's");
        if (answer.Status is not { } status)
            return Failed($"{plugin} printed an ExecCredential without status");
        var hasCertificate = !string.IsNullOrEmpty(status.ClientCertificateData);
        if (hasCertificate != !string.IsNullOrEmpty(status.ClientKeyData))
            return Failed($"{plugin} printed a client certificate or a key without the other");
        if (!hasCertificate && string.IsNullOrEmpty(status.Token))
            return Failed($"{plugin} printed neither status.token nor status.clientCertificateData");
        var (token, problem) = string.IsNullOrEmpty(status.Token) ? default : BearerToken.Parse(status.Token, $"{plugin}: status.token");
        if (problem is not null)
            return Failed(problem);
        return new ExecAnswer(
            token,
            hasCertificate ? status.ClientCertificateData : null,
            hasCertificate ? new Secret(status.ClientKeyData!) : null,
            status.ExpirationTimestamp);
    }

    public Outcome<ClientCertificate> Certificate(string plugin) => Certificates.Client(
        Encoding.UTF8.GetBytes(CertificatePem!),
        Encoding.UTF8.GetBytes(KeyPem!.Reveal()),
        $"{plugin}: status.clientCertificateData",
        $"{plugin}: status.clientKeyData");

    private static Outcome<ExecAnswer> Failed(string problem) => Outcome<ExecAnswer>.Failed(problem);
}
