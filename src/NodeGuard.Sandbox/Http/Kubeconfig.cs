using System.Text;

namespace NodeGuard.Sandbox.Http;

/// <summary>The kubeconfig that leads to a sandbox.</summary>
public static class Kubeconfig
{
    /// <summary>The file's text: one cluster, one user with a token, one context.</summary>
    public static string Text(string server, string authorityPem, string token, string @namespace = "default") =>
        $"""
        apiVersion: v1
        kind: Config
        current-context: nodeguard-sandbox
        clusters:
        - name: nodeguard-sandbox
          cluster:
            server: {server}
            certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(authorityPem))}
        users:
        - name: nodeguard-sandbox
          user:
            token: {token}
        contexts:
        - name: nodeguard-sandbox
          context:
            cluster: nodeguard-sandbox
            user: nodeguard-sandbox
            namespace: {@namespace}

        """;

    /// <summary>Writes the file for its owner only, whole or not at all.</summary>
    public static void Write(string path, string text)
    {
        string staged = $"{path}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(staged, options))
            file.Write(Encoding.UTF8.GetBytes(text));
        File.Move(staged, path, overwrite: true);
    }
}
