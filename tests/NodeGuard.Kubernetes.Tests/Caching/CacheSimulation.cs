using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Testing.Simulation;
using Shouldly;

namespace NodeGuard.Kubernetes.Tests.Caching;

/// <summary>A cache, a model server and random writers under a virtual clock; every state that readers can see is checked.</summary>
internal sealed class CacheSimulation : IDisposable
{
    private static readonly CacheIndex<KeptThing> ByPlace = new("place", thing => thing.Place.Length == 0 ? null : thing.Place);

    private readonly CacheMetrics _metrics = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Random _dice;
    private CacheSnapshot<KeptThing>? _checked;
    private ShouldAssertException? _wrong;

    public CacheSimulation(int seed, bool serverStreams = true)
    {
        _dice = new(seed);
        Server = new(World, History, _dice) { HasStreaming = serverStreams };
        Process = new(World);
        Cache = new(
            Server, Thing.Type,
            new()
            {
                Transform = (thing, _) => KeptThing.From(thing),
                Indexes = [ByPlace],
                Changed = change =>
                {
                    Changes.Add(change);
                    NoteWhatReadersSee();
                },
                PageSize = 3,
            },
            _metrics, Process.Clock, NullLogger.Instance, _dice.NextDouble);
        World.AfterEachStep = CheckWhatReadersSee;
        Process.Start(() => Cache.RunAsync(_stop.Token));
    }

    public VirtualWorld World { get; } = new();

    public VirtualProcess Process { get; }

    public ModelHistory History { get; } = new();

    public ModelServer Server { get; }

    public ResourceCache<Thing, KeptThing> Cache { get; }

    public List<CacheChange<KeptThing>> Changes { get; } = [];

    /// <summary>Random writes, about <paramref name="perSecond"/> of them, among few names so that they are recreated often.</summary>
    public void WriteFor(TimeSpan time, double perSecond)
    {
        TimeSpan end = World.Now + time;
        while (World.Now < end)
        {
            World.RunFor(TimeSpan.FromSeconds(-Math.Log(1 - _dice.NextDouble()) / perSecond));
            var name = new ObjectName($"ns{_dice.Next(2)}", _dice.Next(6).ToString(CultureInfo.InvariantCulture));
            switch (_dice.Next(10))
            {
                case < 5:
                    History.Put(name, _dice.Next(4) is > 0 and var place ? $"place{place}" : "");
                    break;
                case < 8:
                    History.Delete(name);
                    break;
                case 8:
                    History.Elsewhere();
                    break;
                default:
                    if (_dice.Next(20) == 0)
                        History.Compact();
                    break;
            }
        }
    }

    public void ShouldEqualTheModel()
    {
        Cache.Current.ShouldNotBeNull();
        Cache.Current.ByName.ToDictionary().ShouldBe(History.Now, ignoreOrder: true);
    }

    /// <summary>What a follower of the changes has must be what a reader finds.</summary>
    public void ChangesShouldAddUpToTheState()
    {
        var followed = new Dictionary<ObjectName, KeptThing>();
        foreach (CacheChange<KeptThing> change in Changes)
        {
            followed.GetValueOrDefault(change.Name).ShouldBe(change.Before);
            if (change.After is null)
                followed.Remove(change.Name);
            else
                followed[change.Name] = change.After;
        }

        followed.ShouldBe(Cache.Current!.ByName.ToDictionary(), ignoreOrder: true);
    }

    public void Dispose()
    {
        _stop.Cancel();
        World.RunFor(TimeSpan.FromSeconds(1));
        _stop.Dispose();
        _metrics.Dispose();
    }

    /// <summary>The cache takes an exception of its observer for a failure of its own: it is kept for the world's next step.</summary>
    private void NoteWhatReadersSee()
    {
        try
        {
            CheckWhatReadersSee();
        }
        catch (ShouldAssertException wrong)
        {
            _wrong ??= wrong;
        }
    }

    private void CheckWhatReadersSee()
    {
        if (_wrong is { } wrong)
            throw new InvalidOperationException("a reader could see what never was", wrong);
        if (Cache.Current is not { } now || ReferenceEquals(now, _checked))
            return;
        ulong version = ulong.Parse(now.ResourceVersion, CultureInfo.InvariantCulture);
        History.At(version).ShouldNotBeNull($"version {version} never was");
        now.ByName.ToDictionary().ShouldBe(History.At(version)!, ignoreOrder: true);
        foreach (string place in new[] { "place1", "place2", "place3" })
            now.With(ByPlace, place).ShouldBe(now.Objects.Where(thing => thing.Place == place), ignoreOrder: true);
        if (_checked is { } before)
        {
            now.Generation.ShouldBeGreaterThan(before.Generation);
            version.ShouldBeGreaterThanOrEqualTo(ulong.Parse(before.ResourceVersion, CultureInfo.InvariantCulture));
        }

        _checked = now;
    }
}
