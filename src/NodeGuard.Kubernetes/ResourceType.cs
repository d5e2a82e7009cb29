using System.Text.Json.Serialization.Metadata;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes;

/// <summary>Where objects of a model live in the API, and how they are read and written.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Plural">The name in the URL, such as "nodes".</param>
public sealed record ResourceType<T>(
    string Group,
    string Version,
    string Plural,
    string Kind,
    bool Namespaced,
    JsonTypeInfo<T> Json,
    JsonTypeInfo<KubeList<T>> ListJson)
    where T : KubeObject
{
    /// <summary>"v1", or "group/version".</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}

/// <summary>An object's place; <see cref="Namespace"/> is empty for what is cluster-scoped.</summary>
public readonly record struct ObjectName(string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
