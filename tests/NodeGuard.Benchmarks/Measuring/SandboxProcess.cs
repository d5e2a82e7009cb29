using System.Diagnostics;
using System.Text;

namespace NodeGuard.Benchmarks.Measuring;

/// <summary>Where a sandbox serves, and what a client of it needs to trust it and to be trusted.</summary>
/// <param name="Token">Of the admin.</param>
internal sealed record SandboxEndpoint(Uri Address, string AuthorityPem, string Token);

/// <summary>The published nodeguard-sandbox as a process of its own.</summary>
internal sealed class SandboxProcess : IAsyncDisposable
{
    private const string Variable = "NODEGUARD_SANDBOX_BINARY";

    private readonly Process _process;
    private readonly string _directory;

    private SandboxProcess(Process process, string directory) => (_process, _directory) = (process, directory);

    public string Kubeconfig => Path.Combine(_directory, "kubeconfig");

    /// <summary>User and system time so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it and waits until it serves.</summary>
    /// <exception cref="InvalidOperationException">There is no such program, or it does not start.</exception>
    public static async Task<SandboxProcess> StartAsync(params string[] arguments)
    {
        string program = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path && File.Exists(path)
            ? path
            : throw new InvalidOperationException($"{Variable} must name the published nodeguard-sandbox; ./build.sh bench sets it");
        string directory = Directory.CreateTempSubdirectory("nodeguard-bench-").FullName;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (ReadOnlySpan<string>)["--kubeconfig", Path.Combine(directory, "kubeconfig"), .. arguments])
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        if (await process.StandardOutput.ReadLineAsync() is null)
            throw new InvalidOperationException($"{program} does not start: {await process.StandardError.ReadToEndAsync()}");
        return new SandboxProcess(process, directory);
    }

    /// <summary>What its kubeconfig says.</summary>
    public async Task<SandboxEndpoint> EndpointAsync()
    {
        string[] lines = await File.ReadAllLinesAsync(Kubeconfig);
        return new SandboxEndpoint(
            new Uri(Value("server")), Encoding.UTF8.GetString(Convert.FromBase64String(Value("certificate-authority-data"))), Value("token"));

        string Value(string key) => lines.Select(line => line.Trim()).First(line => line.StartsWith(key + ":", StringComparison.Ordinal))[(key.Length + 1)..].Trim();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
