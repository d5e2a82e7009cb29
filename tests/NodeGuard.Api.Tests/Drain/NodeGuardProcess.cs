using System.Diagnostics;
using System.Text;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>The program as a process of its own, with what it has written so far.</summary>
internal sealed class NodeGuardProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _written = new();

    private NodeGuardProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Written
    {
        get
        {
            lock (_written)
                return _written.ToString();
        }
    }

    private static string Host => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";

    private static string Program => Path.Combine(AppContext.BaseDirectory, "nodeguard.dll");

    /// <summary>Its output goes to a pipe.</summary>
    public static NodeGuardProcess Start(string kubeconfig, params string[] arguments) =>
        // A program that a script started in the background was told to ignore SIGINT, and its children with it.
        Run("env", ["--default-signal=INT,TERM", Host, Program, .. arguments, "--kubeconfig", kubeconfig]);

    /// <summary>Its output goes to a terminal of 100 columns.</summary>
    public static NodeGuardProcess StartOnTerminal(string kubeconfig, params string[] arguments)
    {
        string command = string.Join(' ', ((string[])["exec", Host, Program, .. arguments, "--kubeconfig", kubeconfig]).Select(Quoted));
        return Run("script", ["-qec", $"stty cols 100 rows 40; {command}", "/dev/null"]);
    }

    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start(new ProcessStartInfo("/bin/bash") { ArgumentList = { "-c", "kill -s \"$0\" \"$1\"", name, $"{_process.Id}" } })!;
        await kill.WaitForExitAsync();
    }

    public async Task WaitForAsync(string text)
    {
        long start = Stopwatch.GetTimestamp();
        while (!Written.Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(start) > Deadline)
                throw new TimeoutException($"the program did not write \"{text}\" but:\n{Written}");
            await Task.Delay(50);
        }
    }

    public async Task<(int ExitCode, string Output)> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"the program did not end; it wrote:\n{Written}");
        }

        return (_process.ExitCode, Written);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static NodeGuardProcess Run(string file, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // As a person's terminal has them.
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        return new NodeGuardProcess(Process.Start(start)!);
    }

    private static string Quoted(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private void Keep(string? line)
    {
        lock (_written)
            _written.Append(line).Append('\n');
    }
}
