using System.Text.Json;
using System.Text.Json.Serialization;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Images;
using NodeGuard.Core.Routing.Reports;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Hosting.Http;

namespace NodeGuard.Agent.Control;

/// <summary>The wire form of the control API, for the agent and the CLI alike: names and enums in camelCase.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(GuardStateConverter), typeof(GuardModeConverter), typeof(HoldModeConverter), typeof(HoldStateConverter), typeof(UpdateWayConverter),
        typeof(KeptBackReasonConverter), typeof(HazardStateConverter), typeof(UpdateScopeConverter), typeof(UpdateRunPhaseConverter),
        typeof(DriftStateConverter), typeof(DifferenceKindConverter), typeof(HostKindConverter),
    ])]
[JsonSerializable(typeof(GuardStatus))]
[JsonSerializable(typeof(IReadOnlyList<LedgerObject>))]
[JsonSerializable(typeof(IReadOnlyList<LedgerDifference>))]
[JsonSerializable(typeof(IReadOnlyList<EpisodeRecord>))]
[JsonSerializable(typeof(List<LedgerObject>))]
[JsonSerializable(typeof(List<LedgerDifference>))]
[JsonSerializable(typeof(List<EpisodeRecord>))]
[JsonSerializable(typeof(RestoreReport))]
[JsonSerializable(typeof(PinOutcome))]
[JsonSerializable(typeof(RouteEvent))]
[JsonSerializable(typeof(UpdatesStatus))]
[JsonSerializable(typeof(PendingStatus))]
[JsonSerializable(typeof(UpdateHistory))]
[JsonSerializable(typeof(UpdateLog))]
[JsonSerializable(typeof(UpdateRun))]
[JsonSerializable(typeof(UpdateWish))]
[JsonSerializable(typeof(ErrorResponse))]
public sealed partial class ControlJsonContext : JsonSerializerContext;

internal sealed class GuardStateConverter() : JsonStringEnumConverter<GuardState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class GuardModeConverter() : JsonStringEnumConverter<GuardMode>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class HoldModeConverter() : JsonStringEnumConverter<HoldMode>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class HoldStateConverter() : JsonStringEnumConverter<HoldState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class UpdateWayConverter() : JsonStringEnumConverter<UpdateWay>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class KeptBackReasonConverter() : JsonStringEnumConverter<KeptBackReason>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class HazardStateConverter() : JsonStringEnumConverter<HazardState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class UpdateScopeConverter() : JsonStringEnumConverter<UpdateScope>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class UpdateRunPhaseConverter() : JsonStringEnumConverter<UpdateRunPhase>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class DriftStateConverter() : JsonStringEnumConverter<DriftState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class DifferenceKindConverter() : JsonStringEnumConverter<DifferenceKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class HostKindConverter() : JsonStringEnumConverter<HostKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
