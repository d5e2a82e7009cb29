using NodeGuard.Benchmarks.Flushing;
using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Benchmarks.Output;

namespace NodeGuard.Benchmarks.Demo;

/// <summary>Whether the three runs showed what the demo promises. How fast a restore was decides nothing: the host may be busy.</summary>
internal sealed record DemoVerdict(bool Kept, string Text)
{
    public static DemoVerdict Of(FlushResult unguarded, FlushResult restoring, FlushResult asItComes)
    {
        int objects = unguarded.Run.Load.Flushed;
        string[] broken =
        [
            .. Unless(unguarded.Missing.Count >= objects, $"without NodeGuard {objects} objects were to be lost, and {unguarded.Missing.Count} were"),
            .. Unless(unguarded.Probes.RulePath.Lost > 0, "without NodeGuard probes of the rule path were to be lost, and none was"),
            .. Unless(unguarded.Probes.GatewayPath.Lost > 0, "without NodeGuard probes of the gateway path were to be lost, and none was"),
            .. Unless(restoring.Trace.DeletedCount >= objects, $"with harden off networkd was to delete {objects} objects, and deleted {restoring.Trace.DeletedCount}"),
            .. Unless(restoring.Missing.Count == 0, $"with harden off nothing was to be lost, and {restoring.Missing.Count} were: {Some(restoring)}"),
            .. Unless(asItComes.Trace.DeletedCount == 0, $"as it comes no deletion was to be seen, and {asItComes.Trace.DeletedCount} were"),
            .. Unless(asItComes.Missing.Count == 0, $"as it comes nothing was to be lost, and {asItComes.Missing.Count} were: {Some(asItComes)}"),
            .. Unless(asItComes.Probes.RulePath.Lost == 0, $"as it comes no probe of the rule path was to be lost, and {asItComes.Probes.RulePath.Lost} were"),
            .. Unless(asItComes.Probes.GatewayPath.Lost == 0, $"as it comes no probe of the gateway path was to be lost, and {asItComes.Probes.GatewayPath.Lost} were"),
        ];
        return broken.Length > 0
            ? new DemoVerdict(false, $"NOT AS PROMISED: {string.Join("; ", broken)}.")
            : new DemoVerdict(
                true,
                $"As promised: the flush cost {Words.Of(unguarded.Missing.Count)} objects and {Lost(unguarded.Probes)} without NodeGuard; "
                + $"it gave all {Words.Of(restoring.Trace.DeletedCount)} back when it only restored ({Lost(restoring.Probes)} lost); "
                + "as it comes, not one deletion happened.");
    }

    private static string[] Unless(bool condition, string complaint) => condition ? [] : [complaint];

    private static string Lost(ProbeResults probes) =>
        $"{Words.Of(probes.RulePath.Lost)} probes of the rule path and {Words.Of(probes.GatewayPath.Lost)} of the gateway path";

    private static string Some(FlushResult result) => string.Join(", ", result.Missing.Take(3));
}
