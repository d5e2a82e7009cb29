using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Nodes;
using Shouldly;

namespace NodeGuard.Sandbox.Tests.Simulation;

/// <summary>A cluster whose clock stands until a test steps it.</summary>
internal sealed class SimulatedCluster : IAsyncDisposable
{
    public SimulatedCluster(int nodes = 0, KubeletSettings? settings = null)
    {
        Cluster = new Cluster(Clock);
        foreach (Kind kind in Enum.GetValues<Kind>())
        {
            Cluster.Resources.Add(ResourceOf(kind));
        }

        Simulation = new ClusterSimulation(Cluster, settings);
        for (int i = 1; i <= nodes; i++)
        {
            Create(Kind.Node, Objects.Node($"node-{i}"));
        }

        Settle();
    }

    public SimulationClock Clock { get; } = new(TimeProvider.System, speed: 0);

    public Cluster Cluster { get; }

    public ClusterSimulation Simulation { get; }

    public JsonObject Create(Kind kind, JsonObject item)
    {
        ApiResult result = Cluster.Write.Create(Request(kind, item.Namespace(), item.Name()), item);
        result.Succeeded.ShouldBeTrue(result.Status?.Message);
        return result.Object!;
    }

    public JsonObject? Find(Kind kind, string name, string @namespace = "default") =>
        Cluster.Store.Get(Resource(kind).StorageKey, Resource(kind).KeyOf(@namespace, name))?.Value;

    public JsonObject Get(Kind kind, string name, string @namespace = "default") =>
        Find(kind, name, @namespace).ShouldNotBeNull($"{kind} {name}");

    public JsonObject[] All(Kind kind) => [.. Cluster.Store.Snapshot(Resource(kind).StorageKey).Objects().Select(item => item.Value)];

    /// <summary>Changes an object as a person would, and lets the controllers react.</summary>
    public void Edit(Kind kind, string name, Action<JsonObject> edit)
    {
        string @namespace = Resource(kind).Namespaced ? "default" : "";
        ApiResult result = Cluster.Write.Update(Request(kind, @namespace, name), current =>
        {
            JsonObject changed = current.Copy();
            edit(changed);
            return changed;
        });
        result.Succeeded.ShouldBeTrue(result.Status?.Message);
        Settle();
    }

    public void Delete(Kind kind, string name, int? grace = null)
    {
        string @namespace = Resource(kind).Namespaced ? "default" : "";
        Cluster.Write.Delete(Request(kind, @namespace, name), new DeleteOptions { GracePeriodSeconds = grace }).Succeeded.ShouldBeTrue();
        Settle();
    }

    public void Settle() => Simulation.RunDue();

    /// <summary>Steps from one thing that is due to the next until the time has passed.</summary>
    public void Advance(TimeSpan time)
    {
        long end = Clock.GetTimestamp() + time.Ticks;
        while (Simulation.RunDue() is { } next && Clock.GetTimestamp() + next.Ticks <= end)
        {
            Clock.Advance(next > TimeSpan.Zero ? next : TimeSpan.FromTicks(1));
        }

        Clock.Advance(TimeSpan.FromTicks(Math.Max(0, end - Clock.GetTimestamp())));
        Settle();
    }

    public async ValueTask DisposeAsync()
    {
        await Simulation.DisposeAsync();
        Clock.Dispose();
    }

    private ResourceInfo Resource(Kind kind) => Cluster.Resources.Get(kind.Group(), kind.ApiVersion().Split('/')[^1], kind.Plural());

    private ApiRequest Request(Kind kind, string @namespace, string name) =>
        new() { Verb = "update", Resource = Resource(kind), Namespace = @namespace, Name = name };

    private static ResourceInfo ResourceOf(Kind kind) => new()
    {
        Group = kind.Group(),
        Version = kind.ApiVersion().Split('/')[^1],
        Plural = kind.Plural(),
        Singular = kind.ToString().ToLowerInvariant(),
        Kind = kind.ToString(),
        Namespaced = kind is not (Kind.Node or Kind.PersistentVolume or Kind.StorageClass or Kind.VolumeAttachment or Kind.CSINode),
        HasStatus = true,
        Strategy = kind == Kind.Pod ? new PodStrategy() : ResourceStrategy.Default,
    };

    private sealed class PodStrategy : ResourceStrategy
    {
        public override long GracePeriodSeconds(JsonObject current, DeleteOptions options) =>
            options.GracePeriodSeconds ?? current.Number("spec", "terminationGracePeriodSeconds") ?? 30;
    }
}
