using System.ComponentModel;
using System.Diagnostics;

namespace NodeGuard.Cli.Drills;

/// <summary>Runs this program again in network (and user) namespaces of its own, through util-linux' unshare.</summary>
/// <remarks>unshare(2) for a user namespace wants a process with one thread, which a .NET process never is.</remarks>
public sealed class NamespaceLauncher(string unshare = "unshare")
{
    // Root needs no user namespace, and may be where those are switched off; anyone else needs one.
    private static readonly string[][] Ways = [["--net"], ["--user", "--map-root-user", "--net"]];

    /// <returns>The exit status of the program.</returns>
    /// <exception cref="DrillException">No namespace can be made here.</exception>
    public async Task<int> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var way = await FindWayAsync(cancellation);
        using var process = Start([.. way, "--", program, .. arguments], capture: false);
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // unshare replaces itself by the program, so this is the program.
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }

        return process.ExitCode;
    }

    private async Task<string[]> FindWayAsync(CancellationToken cancellation)
    {
        var complaint = "";
        foreach (var way in Ways)
        {
            using var process = Start([.. way, "--", "true"], capture: true);
            complaint = await process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode == 0)
                return way;
        }

        throw new DrillException(
            $"the sandbox wants a user and a network namespace of its own, and this system refuses them ({complaint.Trim()}); "
            + "allow them (sysctl kernel.unprivileged_userns_clone=1 or kernel.apparmor_restrict_unprivileged_userns=0) or run as root");
    }

    private Process Start(IEnumerable<string> arguments, bool capture)
    {
        var start = new ProcessStartInfo(unshare, arguments) { RedirectStandardError = capture, RedirectStandardOutput = capture };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new DrillException($"the sandbox wants the program {unshare} and cannot start it ({missing.Message}); install the package util-linux", missing);
        }
    }
}
