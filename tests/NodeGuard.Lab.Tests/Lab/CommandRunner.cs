using System.ComponentModel;
using System.Diagnostics;

namespace NodeGuard.Lab.Tests.Lab;

/// <summary>What a command that ended left behind.</summary>
public sealed record CommandResult(string Command, int ExitCode, string Output, string Error)
{
    /// <returns>The output, without its last line feed; throws <see cref="LabException"/> when the command failed.</returns>
    public string Succeeded() => ExitCode == 0
        ? Output.TrimEnd('\n')
        : throw new LabException($"`{Command}` was to exit 0 and exited {ExitCode}: {Error.Trim()} {Output.Trim()}");
}

/// <summary>The lab itself is broken: no root, no container, a command that could not run.</summary>
public sealed class LabException(string message, Exception? inner = null) : Exception(message, inner);

internal static class CommandRunner
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(120);

    public static async Task<CommandResult> RunAsync(
        IReadOnlyList<string> argv,
        string? input = null,
        TimeSpan? timeout = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        string command = string.Join(' ', argv);
        using Process process = Start(argv, environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await FeedAsync(process, input);
        using var deadline = new CancellationTokenSource(timeout ?? DefaultTimeout);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            // A daemon that the command left behind may hold the pipes open for ever.
            return new CommandResult(command, process.ExitCode, await output.WaitAsync(deadline.Token), await error.WaitAsync(deadline.Token));
        }
        catch (OperationCanceledException cancelled)
        {
            process.Kill(entireProcessTree: true);
            throw new LabException($"`{command}` did not end within {timeout ?? DefaultTimeout}", cancelled);
        }
    }

    public static Process Start(IReadOnlyList<string> argv, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(argv[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in argv.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new LabException($"`{argv[0]}` could not be started: {missing.Message}; install it", missing);
        }
    }

    private static async Task FeedAsync(Process process, string? input)
    {
        try
        {
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command ended without reading all of it; its exit code tells why.
        }
    }
}
