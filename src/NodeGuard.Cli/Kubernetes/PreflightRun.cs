using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Draining.Preflight;
using NodeGuard.Core.Selecting;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Draining.Preflight;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>Reads the cluster, examines it, and shows the report.</summary>
internal static class PreflightRun
{
    public static Task<int> OfDrainAsync(
        CliConsole console, IKubeApi api, IReadOnlyList<string> nodes, DrainOptions options, OutputFormat format, CancellationToken cancellation)
    {
        var podSelector = LabelMatchText.TryParse(options.PodSelector, out var selector, out _) ? selector : LabelMatch.Everything;
        var flags = new PreflightOptions
        {
            PodSelector = podSelector,
            IgnoreDaemonSets = options.IgnoreDaemonSets,
            DeleteEmptyDirData = options.DeleteEmptyDirData,
            Force = options.Force,
            DisableEviction = options.DisableEviction,
            RespectDoNotDisrupt = options.RespectDoNotDisruptFor is null,
        };
        return RunAsync(console, api, nodes, format, input => DrainPreflight.Examine(input, nodes, flags), ExitCodes.Failed, cancellation);
    }

    /// <summary>Each node as if it were drained alone with the flags that most drains have.</summary>
    public static Task<int> OfClusterAsync(
        CliConsole console, IKubeApi api, IReadOnlyList<string> nodes, OutputFormat format, CancellationToken cancellation)
    {
        var flags = new PreflightOptions { IgnoreDaemonSets = true, DeleteEmptyDirData = true };
        return RunAsync(console, api, nodes, format, input => DrainPreflight.ExamineEach(input, nodes, flags), ExitCodes.CouldNotTell, cancellation);
    }

    private static async Task<int> RunAsync(
        CliConsole console,
        IKubeApi api,
        IReadOnlyList<string> nodes,
        OutputFormat format,
        Func<PreflightInput, PreflightReport> examine,
        int unread,
        CancellationToken cancellation)
    {
        switch (await new PreflightReader(api).ReadAsync(nodes, cancellation))
        {
            case ApiResult<PreflightInput>.Ok { Value: var input }:
                var report = examine(input);
                PreflightText.Write(console, format, report);
                return report.Blocked ? ExitCodes.Failed : input.Unread.Count > 0 ? unread : ExitCodes.Ok;
            case ApiResult<PreflightInput>.Failed { Failure: var failure }:
                console.WriteError(failure.Message);
                return unread;
            default:
                throw new InvalidOperationException("An answer is a value or a failure.");
        }
    }
}
