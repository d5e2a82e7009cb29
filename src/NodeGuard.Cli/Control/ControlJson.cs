using System.Text.Json;
using System.Text.Json.Serialization;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Cli.Control;

public sealed record ControlError(string? Error);

public sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>The control API's content; reading and printing use the same names.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(CamelCaseEnumConverter<GuardMode>), typeof(CamelCaseEnumConverter<GuardState>)])]
[JsonSerializable(typeof(GuardStatus))]
[JsonSerializable(typeof(List<LedgerObject>))]
[JsonSerializable(typeof(List<LedgerDifference>))]
[JsonSerializable(typeof(EpisodeRecord))]
[JsonSerializable(typeof(List<EpisodeRecord>))]
[JsonSerializable(typeof(RestoreReport))]
[JsonSerializable(typeof(PinOutcome))]
[JsonSerializable(typeof(RouteEvent))]
[JsonSerializable(typeof(ControlError))]
public sealed partial class ControlJson : JsonSerializerContext;
