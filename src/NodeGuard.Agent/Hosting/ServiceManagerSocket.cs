using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace NodeGuard.Agent.Hosting;

/// <summary>sd_notify(3) over $NOTIFY_SOCKET, without libsystemd: it must work where that library is missing.</summary>
public sealed class ServiceManagerSocket : IServiceNotifier, IDisposable
{
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _manager;

    /// <param name="variables">Looks up an environment variable; null when it is not set.</param>
    public ServiceManagerSocket(Func<string, string?> variables)
    {
        WatchdogInterval = HalfOfWatchdog(variables);
        if (variables("NOTIFY_SOCKET") is { Length: > 1 } address && address[0] is '/' or '@')
        {
            // "@" stands for the NUL of an abstract address.
            _manager = new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address);
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        }
    }

    public TimeSpan? WatchdogInterval { get; }

    public static ServiceManagerSocket OfProcess() => new(Environment.GetEnvironmentVariable);

    public void Ready(string status) => Send($"READY=1\n{StatusLine(status)}");

    public void Status(string status) => Send(StatusLine(status));

    public void Watchdog() => Send("WATCHDOG=1");

    // Type=notify-reload (v253) wants the time, in CLOCK_MONOTONIC microseconds; that is Stopwatch's clock on Linux.
    public void Reloading() => Send(string.Create(
        CultureInfo.InvariantCulture,
        $"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}"));

    public void Stopping() => Send("STOPPING=1");

    public void Dispose() => _socket?.Dispose();

    private static string StatusLine(string status) => $"STATUS={status.ReplaceLineEndings(" ")}";

    private static TimeSpan? HalfOfWatchdog(Func<string, string?> variables)
    {
        // WATCHDOG_PID keeps a child that inherited the environment from answering for its parent.
        bool forUs = variables("WATCHDOG_PID") is not { } pid
            || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return forUs
            && long.TryParse(variables("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
            && microseconds is > 0 and < 1L << 50
            ? TimeSpan.FromMicroseconds(microseconds / 2)
            : null;
    }

    private void Send(string message)
    {
        try
        {
            _socket?.SendTo(Encoding.UTF8.GetBytes(message), _manager!);
        }
        catch (SocketException)
        {
            // The manager is being re-executed or its queue is full; the next watchdog message comes soon.
        }
    }
}
