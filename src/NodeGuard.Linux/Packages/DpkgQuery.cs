using NodeGuard.Core.Updates.Dpkg;

namespace NodeGuard.Linux.Packages;

/// <summary>dpkg's database by dpkg's own word.</summary>
public static class DpkgQuery
{
    internal const string Program = "/usr/bin/dpkg-query";

    internal static readonly string[] Arguments = ["-W", "-f", "Package: ${Package}\nArchitecture: ${Architecture}\nVersion: ${Version}\nStatus: ${Status}\n\n"];

    /// <returns>Null when it could not be asked, or did not tell all.</returns>
    public static async Task<DpkgStatus?> AskAsync(IHostCommands commands, CancellationToken cancellation) =>
        await commands.RunAsync(new HostCommand("dpkg", Program, Arguments), cancellation) is HostCommandAnswer.Ended { ExitStatus: 0 } ended
        && DpkgStatusReader.Read(ended.Output) is { Problems.Count: 0 } status
            ? status
            : null;
}
