using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeGuard.Cli.Output;

/// <summary>Enums as the control API spells them.</summary>
public sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
