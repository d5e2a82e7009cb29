using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace NodeGuard.Controller.Tests.Replicas;

/// <summary>One real `nodeguard controller`, which can be killed and paused from outside.</summary>
internal sealed class ControllerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private volatile bool _leads;

    private ControllerProcess(Process process) => _process = process;

    public bool Leads => _leads && !_process.HasExited;

    public IReadOnlyCollection<string> Lines => _lines;

    /// <param name="lease">In seconds.</param>
    /// <param name="listen">Where it serves metrics and probes.</param>
    public static ControllerProcess Start(string kubeconfig, string lease, string listen = "off")
    {
        string program = Environment.GetEnvironmentVariable("NODEGUARD_BINARY") is { Length: > 0 } named && File.Exists(named)
            ? named
            : throw new InvalidOperationException("NODEGUARD_BINARY must name the program under test; ./build.sh publish makes it");
        var start = new ProcessStartInfo(program, ["controller", "--kubeconfig", kubeconfig, "--namespace", "default", "--lease-duration", lease, "--listen", listen])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        var started = new ControllerProcess(process);
        process.ErrorDataReceived += (_, line) => started.Take(line.Data);
        process.OutputDataReceived += (_, line) => started.Take(line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return started;
    }

    public Task PauseAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        _lines.Enqueue(line);
        if (line.Contains(" leads, term ", StringComparison.Ordinal))
            _leads = true;
        else if (line.Contains("leads no more", StringComparison.Ordinal))
            _leads = false;
    }

    private async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
