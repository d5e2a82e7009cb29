using System.Text.Json.Serialization;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Cli.Prevention;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseEnumConverter<Verdict>), typeof(CamelCaseEnumConverter<HardenChange>), typeof(CamelCaseEnumConverter<HardenMode>)])]
[JsonSerializable(typeof(Diagnosis))]
[JsonSerializable(typeof(HardenReport))]
public sealed partial class PreventionJson : JsonSerializerContext;
