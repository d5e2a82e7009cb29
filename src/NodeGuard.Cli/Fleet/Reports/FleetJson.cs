using System.Text.Json.Serialization;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Fleet.Planning;

namespace NodeGuard.Cli.Fleet.Reports;

/// <summary>-o json of the commands about the fleet; docs/reference/fleet-output.md says what is in it.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    Converters = [typeof(CamelCaseEnumConverter<TroubleKind>), typeof(CamelCaseEnumConverter<ObstacleKind>)])]
[JsonSerializable(typeof(FleetReport))]
[JsonSerializable(typeof(NodeReport))]
[JsonSerializable(typeof(OutlookReport))]
[JsonSerializable(typeof(PlanReport))]
[JsonSerializable(typeof(RecycleReport))]
[JsonSerializable(typeof(HistoryReport))]
internal sealed partial class FleetJson : JsonSerializerContext;
