using System.Collections.Concurrent;
using System.Diagnostics;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Lab.Tests.Cluster;

/// <summary>A program of the cluster on this host; what it says is kept for when something goes wrong.</summary>
internal sealed class ClusterProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource _spoke = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClusterProcess(params string[] argv)
    {
        _process = CommandRunner.Start(argv);
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, line) => Take(line.Data, isOutput: true);
        _process.ErrorDataReceived += (_, line) => Take(line.Data, isOutput: false);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it said last.</summary>
    public string Log => string.Join('\n', _lines.TakeLast(40));

    /// <summary>Waits for its first line of output, which it writes when it serves.</summary>
    public async Task ServesAsync()
    {
        try
        {
            await _spoke.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException late)
        {
            throw new LabException($"{_process.StartInfo.FileName} was to serve within 30 s and does not; it said:\n{Log}", late);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Take(string? line, bool isOutput)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line);
        if (isOutput)
        {
            _spoke.TrySetResult();
        }
    }
}
