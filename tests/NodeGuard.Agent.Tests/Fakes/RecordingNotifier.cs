using System.Collections.Concurrent;
using NodeGuard.Agent.Hosting;

namespace NodeGuard.Agent.Tests.Fakes;

internal sealed class RecordingNotifier : IServiceNotifier
{
    private readonly ConcurrentQueue<string> _messages = [];

    public IReadOnlyList<string> Messages => [.. _messages];

    public TimeSpan? WatchdogInterval { get; set; }

    public void Ready(string status) => _messages.Enqueue("READY=1");

    public void Status(string status) => _messages.Enqueue($"STATUS={status}");

    public void Watchdog() => _messages.Enqueue("WATCHDOG=1");

    public void Reloading() => _messages.Enqueue("RELOADING=1");

    public void Stopping() => _messages.Enqueue("STOPPING=1");
}
