using System.Diagnostics;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Demo;

/// <summary>The lab's root file system, made on first use while the person watches its steps.</summary>
internal static class RootFileSystem
{
    public static async Task EnsureAsync(LabSuite suite)
    {
        var start = new ProcessStartInfo(Path.Combine(LabHost.RepositoryRoot, "scripts", "lab-rootfs.sh"), [suite.Name])
        {
            // Its path, which nobody asked for; the steps are on stderr, which it inherits.
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new LabException($"the root file system of {suite} could not be made (exit {process.ExitCode}); the reason is above");
        }
    }
}
