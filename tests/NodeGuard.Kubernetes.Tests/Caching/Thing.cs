using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Tests.Caching;

/// <summary>A model that only the fake server serves.</summary>
internal sealed class Thing : KubeObject
{
    // The fake server hands objects over as they are: nothing is read or written as JSON.
    public static readonly ResourceType<Thing> Type = new("test", "v1", "things", "Thing", true, null!, null!);

    public string Place { get; set; } = "";
}

/// <summary>What the caches under test keep of a <see cref="Thing"/>.</summary>
internal sealed record KeptThing(ObjectName Name, string Uid, string Version, string Place)
{
    public static KeptThing From(Thing thing) =>
        new(new(thing.Metadata.Namespace ?? "", thing.Metadata.Name!), thing.Metadata.Uid!, thing.Metadata.ResourceVersion!, thing.Place);
}
