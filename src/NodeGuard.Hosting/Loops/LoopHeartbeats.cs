using System.Collections.Concurrent;

namespace NodeGuard.Hosting.Loops;

/// <summary>
/// The loops of this process and when each last moved. Liveness and the systemd watchdog look at nothing else
/// (invariant 12).
/// </summary>
public sealed class LoopHeartbeats(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, LoopHeartbeat> _loops = new(StringComparer.Ordinal);

    /// <summary>By name.</summary>
    public IReadOnlyList<LoopHeartbeat> Loops => [.. _loops.Values.OrderBy(loop => loop.Name, StringComparer.Ordinal)];

    /// <summary>Loops that have been still for longer than they said; empty when the process is alive.</summary>
    public IReadOnlyList<LoopHeartbeat> Late => [.. Loops.Where(loop => loop.Age > loop.Deadline)];

    /// <summary>A second registration of a name takes the place of the first: a loop that was started again.</summary>
    public LoopHeartbeat Register(string name, TimeSpan deadline)
    {
        var heartbeat = new LoopHeartbeat(name, deadline, time);
        _loops[name] = heartbeat;
        return heartbeat;
    }

    /// <summary>For a loop that has ended as it should.</summary>
    public void Remove(LoopHeartbeat heartbeat) => _loops.TryRemove(KeyValuePair.Create(heartbeat.Name, heartbeat));
}

public sealed class LoopHeartbeat
{
    private readonly TimeProvider _time;
    private long _last;

    internal LoopHeartbeat(string name, TimeSpan deadline, TimeProvider time)
    {
        Name = name;
        Deadline = deadline;
        _time = time;
        Beat();
    }

    public string Name { get; }

    /// <summary>The longest time between two beats of a loop that is alive.</summary>
    public TimeSpan Deadline { get; }

    public TimeSpan Age => _time.GetElapsedTime(Volatile.Read(ref _last));

    public DateTimeOffset LastBeat => _time.GetUtcNow() - Age;

    /// <summary>Allocates nothing, takes no lock: fit for the guard's hot path.</summary>
    public void Beat() => Volatile.Write(ref _last, _time.GetTimestamp());
}
