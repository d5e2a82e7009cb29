using System.Text.Json.Serialization;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Draining.Preflight;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>-o json of the commands towards a cluster.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(CamelCaseEnumConverter<CordonOwner>), typeof(CamelCaseEnumConverter<SkipReason>), typeof(CamelCaseEnumConverter<BlockKind>),
        typeof(CamelCaseEnumConverter<WaitReason>), typeof(CamelCaseEnumConverter<DrainOutcome>), typeof(CamelCaseEnumConverter<DrainDryRun>),
        typeof(CamelCaseEnumConverter<VolumeState>), typeof(CamelCaseEnumConverter<PreflightSeverity>), typeof(CamelCaseEnumConverter<PreflightCheck>),
    ])]
[JsonSerializable(typeof(DrainEvent))]
[JsonSerializable(typeof(PreflightReport))]
internal sealed partial class ClusterJson : JsonSerializerContext;
