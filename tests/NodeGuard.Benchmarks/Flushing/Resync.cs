using NodeGuard.Lab.Tests.Lab;
using NodeGuard.Linux.Netlink;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Benchmarks.Flushing;

/// <summary>Adds the load again: some time after a rule was deleted, or again and again.</summary>
internal sealed class Resync : IAsyncDisposable
{
    private readonly LabContainer _container;
    private readonly Load _load;
    private readonly TimeSpan _delay;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _deletions = new(0);
    private readonly NamespaceThread? _watcher;
    private readonly Task _work;

    public Resync(LabContainer container, Load load, TimeSpan delay, bool onDeletion)
    {
        (_container, _load, _delay) = (container, load, delay);
        _watcher = onDeletion ? new NamespaceThread("resync watcher", $"/proc/{container.Leader}/ns/net", 0, Watch) : null;
        _work = Task.Run(WorkAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _watcher?.Join();
        _stop.Dispose();
        _deletions.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            while (true)
            {
                if (_watcher is not null)
                {
                    await _deletions.WaitAsync(_stop.Token);
                }

                await Task.Delay(_delay, _stop.Token);
                await AddAllAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private async Task AddAllAsync()
    {
        try
        {
            await _container.IpBatchAsync("-4", _load.Commands);
        }
        catch (LabException)
        {
            // What exists already is refused; the listener tells what came back.
        }
    }

    private void Watch()
    {
        using NetlinkSocket socket = NetlinkSocket.OpenRoute(new NetlinkSocketOptions { ReceiveBufferBytes = 64 * 1024 * 1024 });
        socket.Join(RTNLGRP_IPV4_RULE);
        var batch = new ReceiveBatch();
        var poll = new NetlinkPoll([socket.Descriptor]);
        while (!_stop.IsCancellationRequested)
        {
            poll.Wait(100_000_000);
            ReceiveOutcome received = socket.Receive(batch);
            bool deleted = received.Overrun;
            for (int i = 0; i < received.Count; i++)
            {
                var messages = new NetlinkReader(batch[i]);
                while (messages.Next(out NetlinkMessage message))
                {
                    deleted |= message.Type == RTM_DELRULE;
                }
            }

            if (deleted && _deletions.CurrentCount == 0)
            {
                _deletions.Release();
            }
        }
    }
}
