using System.Text.Json.Serialization;
using NodeGuard.Benchmarks.Caching;
using NodeGuard.Benchmarks.Draining;
using NodeGuard.Benchmarks.Fleet;
using NodeGuard.Benchmarks.Planning;
using NodeGuard.Testing.Ageing;

namespace NodeGuard.Benchmarks.Bench;

/// <summary>All figures of one run; null for what was not asked for.</summary>
internal sealed record BenchReport
{
    /// <summary>Kernel release and number of cores: figures of two hosts do not compare.</summary>
    public required string Host { get; init; }

    public required DateTimeOffset Started { get; init; }

    public IReadOnlyList<GapRow>? Gaps { get; init; }

    public RestoreRow? Restore { get; init; }

    public IReadOnlyList<SizeRow>? Size { get; init; }

    public RestRow? Rest { get; init; }

    public SandboxRow? Sandbox { get; init; }

    public IReadOnlyList<SettingsRow>? Settings { get; init; }

    public CacheRow? Cache { get; init; }

    public IReadOnlyList<DrainRow>? Drain { get; init; }

    public IReadOnlyList<PlanRow>? Plan { get; init; }

    public IReadOnlyList<TtlTrial>? Ttl { get; init; }

    public ForecastTrial? Forecast { get; init; }

    public ControllerRow? Controller { get; init; }

    public DayRow? Day { get; init; }
}

[JsonSerializable(typeof(BenchReport))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class BenchJson : JsonSerializerContext;
