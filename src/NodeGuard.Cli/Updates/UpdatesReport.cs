using System.Text.Json.Serialization;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Updates;
using NodeGuard.Agent.Updates.Ways;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Prevention;
using NodeGuard.Core.Files;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Cli.Updates;

/// <param name="DryRun">Nothing was changed.</param>
/// <param name="Files">What was written and removed, or would be.</param>
/// <param name="Reloaded">systemd has read its files anew.</param>
/// <param name="Units">How it stands now.</param>
/// <param name="Problems">One sentence each.</param>
public sealed record UpdatesReport(
    bool DryRun, IReadOnlyList<HardenedFile> Files, bool Reloaded, IReadOnlyList<UpdateUnit> Units, IReadOnlyList<string> Problems)
{
    /// <summary>What installs or restarts besides the units, as it stands now.</summary>
    public IReadOnlyList<WayVerdict> Ways { get; init; } = [];

    public bool HasRefusals => Problems.Count > 0 || Files.Any(static file => file.Change is HardenChange.Refused);

    public static UpdatesReport Of(HoldPlan plan) => new(
        true,
        [.. Planned(plan.Writes, plan.Removals)],
        false,
        [.. plan.Verdicts.Select(UpdateUnit.Of)],
        []);

    public UpdatesReport With(WaysResult ways, bool dryRun)
    {
        IEnumerable<HardenedFile> files = dryRun ? Planned(ways.Writes, ways.Removals) : Done(ways.Files, ways.Writes, ways.Removals);
        return this with
        {
            Files = [.. Files, .. files],
            Ways = ways.Verdicts,
            Problems = [.. Problems, .. ways.Problems.Except(ways.Files.Select(static file => file.Reason ?? file.Path))],
        };
    }

    public static UpdatesReport Of(HoldPlan planned, HoldResult result) => new(
        false,
        [.. Done(result.Files, planned.Writes, planned.Removals)],
        result.Reloaded,
        [.. result.Verdicts.Select(UpdateUnit.Of)],
        // Refused files are told as such.
        [.. result.Problems.Except(result.Files.Select(static file => file.Reason ?? file.Path))]);

    private static IEnumerable<HardenedFile> Planned(IEnumerable<PlannedWrite> writes, IEnumerable<PlannedRemoval> removals) =>
    [
        .. writes.Select(static write => new HardenedFile(write.Path, HardenChange.WouldWrite, write.Why)),
        .. removals.Select(static removal => new HardenedFile(removal.Path, HardenChange.WouldRemove, removal.Why)),
    ];

    private static IEnumerable<HardenedFile> Done(IEnumerable<FileOutcome> outcomes, IEnumerable<PlannedWrite> writes, IEnumerable<PlannedRemoval> removals)
    {
        var reasons = writes.Select(static write => (write.Path, write.Why))
            .Concat(removals.Select(static removal => (removal.Path, removal.Why)))
            .ToDictionary(static pair => pair.Path, static pair => pair.Why, StringComparer.Ordinal);
        return outcomes.Select(file => new HardenedFile(
            file.Path,
            file.Change switch
            {
                FileChange.Written => HardenChange.Written,
                FileChange.Removed => HardenChange.Removed,
                _ => HardenChange.Refused,
            },
            file.Reason ?? reasons.GetValueOrDefault(file.Path, "")));
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseEnumConverter<HoldState>), typeof(CamelCaseEnumConverter<UpdateWay>), typeof(CamelCaseEnumConverter<HardenChange>)])]
[JsonSerializable(typeof(UpdatesReport))]
public sealed partial class UpdatesJson : JsonSerializerContext;
