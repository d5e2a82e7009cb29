using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeGuard.Hosting.Http;

/// <summary>The wire form of what every process answers: names and enums in camelCase.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(DependencyStateConverter)])]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(DependencyReport))]
public sealed partial class HostingJsonContext : JsonSerializerContext;

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

internal sealed class DependencyStateConverter() : JsonStringEnumConverter<DependencyState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
