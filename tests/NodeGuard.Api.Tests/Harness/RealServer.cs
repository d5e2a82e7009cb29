using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using NodeGuard.Sandbox.Http;

namespace NodeGuard.Api.Tests.Harness;

/// <summary>
/// kube-apiserver and etcd, and kube-controller-manager and kube-scheduler where they are, from one directory
/// (KUBEBUILDER_ASSETS), as processes of this test run.
/// </summary>
internal sealed class RealServer : IAsyncDisposable
{
    private const string Token = "nodeguard-tests";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly List<Process> _processes = [];
    private readonly ClusterCertificates _certificates = new();
    private readonly string _directory;

    private RealServer(string directory) => _directory = directory;

    public string Kubeconfig => Path.Combine(_directory, "kubeconfig");

    public static async Task<RealServer> StartAsync(string assets, string directory)
    {
        var server = new RealServer(directory);
        (int etcd, int peers, int api) = FreePorts();
        string url = $"https://127.0.0.1:{api}";
        server.WriteFiles(url);
        server.Run(
            Path.Combine(assets, "etcd"),
            $"--data-dir={directory}/etcd", $"--listen-client-urls=http://127.0.0.1:{etcd}",
            $"--advertise-client-urls=http://127.0.0.1:{etcd}", $"--listen-peer-urls=http://127.0.0.1:{peers}",
            "--unsafe-no-fsync=true");
        server.Run(
            Path.Combine(assets, "kube-apiserver"),
            $"--etcd-servers=http://127.0.0.1:{etcd}", "--bind-address=127.0.0.1", $"--secure-port={api}",
            $"--cert-dir={directory}", $"--tls-cert-file={directory}/server.crt", $"--tls-private-key-file={directory}/server.key",
            $"--client-ca-file={directory}/ca.crt", $"--token-auth-file={directory}/tokens.csv",
            "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/24", "--allow-privileged=true",
            "--service-account-issuer=https://kubernetes.default.svc", $"--service-account-key-file={directory}/accounts.key",
            $"--service-account-signing-key-file={directory}/accounts.key", "--disable-admission-plugins=ServiceAccount");
        await server.WaitAsync();
        foreach (string name in (string[])["kube-controller-manager", "kube-scheduler"])
        {
            if (File.Exists(Path.Combine(assets, name)))
            {
                string[] more = name == "kube-scheduler" ? [] : [$"--service-account-private-key-file={directory}/accounts.key"];
                server.Run(
                    Path.Combine(assets, name),
                    [$"--kubeconfig={server.Kubeconfig}", "--leader-elect=false", "--secure-port=0", .. more]);
            }
        }

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process process in Enumerable.Reverse(_processes))
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _certificates.Dispose();
    }

    /// <summary>Held together until all are known, so that no two are the same.</summary>
    private static (int First, int Second, int Third) FreePorts()
    {
        TcpListener[] listeners = [new(IPAddress.Loopback, 0), new(IPAddress.Loopback, 0), new(IPAddress.Loopback, 0)];
        foreach (TcpListener listener in listeners)
            listener.Start();
        int[] ports = [.. listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners)
            listener.Dispose();
        return (ports[0], ports[1], ports[2]);
    }

    private void WriteFiles(string url)
    {
        using RSA accounts = RSA.Create(2048);
        File.WriteAllText(Path.Combine(_directory, "accounts.key"), accounts.ExportRSAPrivateKeyPem());
        File.WriteAllText(Path.Combine(_directory, "ca.crt"), _certificates.AuthorityPem);
        File.WriteAllText(Path.Combine(_directory, "server.crt"), _certificates.Server.ExportCertificatePem());
        using ECDsa key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(_certificates.Server)!;
        File.WriteAllText(Path.Combine(_directory, "server.key"), key.ExportECPrivateKeyPem());
        File.WriteAllText(Path.Combine(_directory, "tokens.csv"), $"{Token},admin,admin,system:masters\n");
        Sandbox.Http.Kubeconfig.Write(Kubeconfig, Sandbox.Http.Kubeconfig.Text(url, _certificates.AuthorityPem, Token));
    }

    private void Run(string program, params string[] arguments)
    {
        string log = Path.Combine(_directory, Path.GetFileName(program) + ".log");
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = _directory };
        foreach (string argument in (string[])["-c", "exec \"$@\" >\"$0\" 2>&1", log, program, .. arguments])
            start.ArgumentList.Add(argument);
        _processes.Add(Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start"));
    }

    private string Log(string program)
    {
        string path = Path.Combine(_directory, program + ".log");
        string text = File.Exists(path) ? File.ReadAllText(path) : "(no log)";
        return $"\n{program}: {text[^Math.Min(text.Length, 4000)..]}";
    }

    private async Task WaitAsync()
    {
        using RawApi api = RawApi.FromKubeconfig(Kubeconfig);
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if ((await api.GetAsync("/readyz")).Code == 200 && (await api.GetAsync("/api/v1/namespaces/default")).Code == 200)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            if (Stopwatch.GetElapsedTime(start) > Deadline || _processes.Any(p => p.HasExited))
                throw new InvalidOperationException($"the kube-apiserver is not ready: {Log("etcd")}{Log("kube-apiserver")}");

            await Task.Delay(100);
        }
    }
}
