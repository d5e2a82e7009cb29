using Microsoft.Extensions.Logging;
using NodeGuard.Hosting.Http;
using NodeGuard.Hosting.Loops;
using NodeGuard.Linux.Systemd.Bus;
using NodeGuard.Linux.Systemd.Causes;
using NodeGuard.Linux.Systemd.Description;

namespace NodeGuard.Agent.Guarding;

/// <summary>
/// Listens to the system bus: jobs on networkd's unit as causes, every sign of networkd as a hint to look, and its
/// description of its own objects. The guard needs none of it to restore (invariant 4).
/// </summary>
internal sealed partial class BusLoop : IDisposable
{
    // networkd tells each change of a link as several signals; one description after the last of them is enough.
    private static readonly TimeSpan DescribeDelay = TimeSpan.FromMilliseconds(250);

    private readonly GuardThread _thread;
    private readonly NetworkdFollower _follower;
    private readonly FlushCause _cause;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SystemBus _bus;
    private readonly NetworkdOnBus _networkd;
    private readonly SystemdUnits _units;
    private volatile string? _problem = "the system bus has not answered yet";
    private volatile string? _described;

    public BusLoop(GuardThread thread, NetworkdFollower follower, FlushCause cause, TimeProvider time, ILogger log)
    {
        _thread = thread;
        _follower = follower;
        _cause = cause;
        _time = time;
        _log = log;
        _bus = new SystemBus();
        _networkd = new NetworkdOnBus(_bus);
        _units = new SystemdUnits(_bus);
    }

    /// <summary>As systemd tells it, for example "257.13-1~deb13u1"; null until it has.</summary>
    public string? SystemdVersion { get; private set; }

    /// <summary>Told when the version became known, so that what depends on it can be planned anew.</summary>
    public event Action? VersionKnown;

    public Task<DependencyAnswer> CheckAsync(CancellationToken cancellation) => Task.FromResult(_problem is { } problem
        ? new DependencyAnswer(DependencyState.Failed, $"{problem}; the guard works without, but causes stay unknown")
        : new DependencyAnswer(DependencyState.Ok, "the system bus is connected"));

    public async Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        IAsyncEnumerator<BusEvent> events = _bus.WatchAsync(ending.Token).GetAsyncEnumerator(ending.Token);
        Task<bool> next = events.MoveNextAsync().AsTask();
        (long Since, TimeSpan Delay)? describeAt = null;
        try
        {
            while (true)
            {
                heartbeat.Beat();
                TimeSpan patience = describeAt is { } due ? due.Delay - _time.GetElapsedTime(due.Since) : Beat.Until(_time);
                Task pause = Task.Delay(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, _time, cancellation);
                if (await Task.WhenAny(next, pause) != next)
                {
                    await DescribeIfDueAsync(describeAt, cancellation);
                    describeAt = null;
                }
                else if (await next)
                {
                    describeAt = await TakeAsync(events.Current, cancellation) ? (_time.GetTimestamp(), DelayToDescribe) : describeAt;
                    next = events.MoveNextAsync().AsTask();
                }
                else
                {
                    return;
                }

                cancellation.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            // An enumerator refuses to be disposed of while it waits.
            await ending.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await events.DisposeAsync();
        }
    }

    public void Dispose() => _bus.Dispose();

    /// <summary>What is guessed until the first description is wrong where owners use networkd's protocols.</summary>
    private TimeSpan DelayToDescribe => _described is null ? TimeSpan.Zero : DescribeDelay;

    private Task DescribeIfDueAsync((long Since, TimeSpan Delay)? describeAt, CancellationToken cancellation) =>
        describeAt is null ? Task.CompletedTask : DescribeAsync(cancellation);

    /// <summary>True when networkd's own objects may have changed.</summary>
    private async Task<bool> TakeAsync(BusEvent happened, CancellationToken cancellation)
    {
        switch (happened)
        {
            case BusEvent.Connected or BusEvent.Missed:
                _problem = null;
                _follower.Hint();
                await ReadVersionAsync(cancellation);
                return true;
            case BusEvent.Disconnected disconnected:
                if (_problem is null)
                {
                    LogDisconnected(_log, disconnected.Problem);
                }

                _problem = disconnected.Problem;
                return false;
            case BusEvent.Signal signal:
                return await TakeSignalAsync(signal, cancellation);
            default:
                return false;
        }
    }

    private async Task<bool> TakeSignalAsync(BusEvent.Signal signal, CancellationToken cancellation)
    {
        if (signal.Interface == "org.freedesktop.systemd1.Manager")
        {
            if (UnitJob.From(signal) is { Unit: NetworkdOnBus.Unit } job)
            {
                _follower.Hint();
                _cause.NoteJob(job, await _units.JobTypeAsync(job.Path, cancellation));
            }

            return false;
        }

        _follower.Hint();
        return true;
    }

    private async Task ReadVersionAsync(CancellationToken cancellation)
    {
        if (await _units.VersionAsync(cancellation) is BusValue<string>.Known version && version.Value != SystemdVersion)
        {
            SystemdVersion = version.Value;
            VersionKnown?.Invoke();
        }
    }

    /// <summary>Where networkd describes itself, its word replaces the guess; while it cannot answer, nothing changes.</summary>
    private async Task DescribeAsync(CancellationToken cancellation)
    {
        NetworkdDescription description = await _networkd.DescribeAsync(cancellation);
        string told = description switch
        {
            NetworkdDescription.Offered => "networkd describes its own objects",
            NetworkdDescription.NotOffered without => $"what networkd owns is guessed: {without.Reason}",
            NetworkdDescription.Invalid invalid => $"what networkd owns is guessed: {invalid.Problem}",
            _ => "",
        };
        if (told != _described)
        {
            _described = told;
            LogDescribed(_log, told);
        }

        if (description is NetworkdDescription.Offered offered)
        {
            var ownership = new NetworkdOwnership(_follower.View.Links, offered.Own);
            _thread.Post(thread =>
            {
                thread.OwnerOf = ownership.OwnerOf;
                ownership.Apply(thread);
            });
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Told}")]
    private static partial void LogDescribed(ILogger log, string told);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the system bus is gone: {Problem}; it is tried again, and the guard works without")]
    private static partial void LogDisconnected(ILogger log, string problem);
}
