using System.ComponentModel;
using System.Diagnostics;

namespace NodeGuard.Linux.Systemd;

/// <summary>What systemctl said; ExitCode is null when it could not be run or did not end in time.</summary>
public sealed record SystemctlAnswer(int? ExitCode, string Output, string Complaint)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>systemd asked through its own client, for commands that a person runs once; the agent speaks D-Bus itself.</summary>
public sealed class Systemctl(string program = "systemctl", TimeSpan? patience = null)
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(100);

    public async Task<SystemctlAnswer> RunAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Translated or paged output is not for programs.
        start.Environment["LC_ALL"] = "C";
        start.Environment["SYSTEMD_PAGER"] = "";
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(_patience);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            return new SystemctlAnswer(null, "", $"{program} cannot be run: {missing.Message}");
        }

        using (process)
        {
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
                var complaint = process.StandardError.ReadToEndAsync(deadline.Token);
                await process.WaitForExitAsync(deadline.Token);
                return new SystemctlAnswer(process.ExitCode, await output, OneLine(await complaint));
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                cancellation.ThrowIfCancellationRequested();
                return new SystemctlAnswer(null, "", $"{program} did not end within {_patience.TotalSeconds:0} s");
            }
        }
    }

    private static string OneLine(string complaint) =>
        string.Join("; ", complaint.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
