using System.Text.Json.Serialization;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Kubernetes.Models;

/// <summary>metav1.MicroTime: RFC 3339 with exactly six decimals; finer parts of <paramref name="Value"/> are cut when written.</summary>
[JsonConverter(typeof(MicroTimeConverter))]
public readonly record struct MicroTime(DateTimeOffset Value);
