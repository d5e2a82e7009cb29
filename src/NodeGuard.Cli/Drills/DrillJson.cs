using System.Text.Json.Serialization;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Routing;

namespace NodeGuard.Cli.Drills;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseEnumConverter<ObjectKind>)])]
[JsonSerializable(typeof(DrillReport))]
[JsonSerializable(typeof(SandboxReport))]
public sealed partial class DrillJson : JsonSerializerContext;
