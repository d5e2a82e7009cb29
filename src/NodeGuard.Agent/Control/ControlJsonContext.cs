using System.Text.Json;
using System.Text.Json.Serialization;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Agent.Control;

/// <summary>The wire form of the control API, for the agent and the CLI alike: names and enums in camelCase.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(GuardStateConverter), typeof(GuardModeConverter), typeof(DependencyStateConverter)])]
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
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(DependencyReport))]
public sealed partial class ControlJsonContext : JsonSerializerContext;

/// <summary>Every answer that is not a success: one sentence for people.</summary>
public sealed record ErrorResponse(string Error);

public sealed record DependencyReport(IReadOnlyList<DependencyStatus> Dependencies);

public sealed record DependencyStatus(string Name, DependencyState State, string Detail);

public enum DependencyState
{
    Ok,
    Failed,

    /// <summary>Could not be told; never counts as healthy.</summary>
    Unknown,
}

internal sealed class GuardStateConverter() : JsonStringEnumConverter<GuardState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class GuardModeConverter() : JsonStringEnumConverter<GuardMode>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class DependencyStateConverter() : JsonStringEnumConverter<DependencyState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
