using System.Text.Json.Serialization;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Updates;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Prevention;
using NodeGuard.Core.Updates;
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
    public bool HasRefusals => Problems.Count > 0 || Files.Any(static file => file.Change is HardenChange.Refused);

    public static UpdatesReport Of(HoldPlan plan) => new(
        true,
        [
            .. plan.Writes.Select(static write => new HardenedFile(write.Path, HardenChange.WouldWrite, write.Why)),
            .. plan.Removals.Select(static removal => new HardenedFile(removal.Path, HardenChange.WouldRemove, removal.Why)),
        ],
        false,
        [.. plan.Verdicts.Select(UpdateUnit.Of)],
        []);

    public static UpdatesReport Of(HoldPlan planned, HoldResult result)
    {
        var reasons = planned.Writes.Select(static write => (write.Path, write.Why))
            .Concat(planned.Removals.Select(static removal => (removal.Path, removal.Why)))
            .ToDictionary(static pair => pair.Path, static pair => pair.Why, StringComparer.Ordinal);
        return new(
            false,
            [
                .. result.Files.Select(file => new HardenedFile(
                    file.Path,
                    file.Change switch
                    {
                        FileChange.Written => HardenChange.Written,
                        FileChange.Removed => HardenChange.Removed,
                        _ => HardenChange.Refused,
                    },
                    file.Reason ?? reasons.GetValueOrDefault(file.Path, ""))),
            ],
            result.Reloaded,
            [.. result.Verdicts.Select(UpdateUnit.Of)],
            // Refused files are told as such.
            [.. result.Problems.Except(result.Files.Select(static file => file.Reason ?? file.Path))]);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseEnumConverter<HoldState>), typeof(CamelCaseEnumConverter<HardenChange>)])]
[JsonSerializable(typeof(UpdatesReport))]
public sealed partial class UpdatesJson : JsonSerializerContext;
