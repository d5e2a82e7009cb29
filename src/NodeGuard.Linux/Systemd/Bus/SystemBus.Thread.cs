using System.Diagnostics;

namespace NodeGuard.Linux.Systemd.Bus;

public sealed partial class SystemBus
{
    private const string Bus = "org.freedesktop.DBus";
    private const string Systemd = "org.freedesktop.systemd1";

    private void Run()
    {
        var delay = new ReconnectDelay(Random.Shared);
        while (!_stopping)
        {
            using BusConnection? connection = BusConnection.Open(_options.Address, _options.Library, out string problem);
            if (connection is not null)
                problem = Serve(connection, delay);
            if (_stopping)
                break;
            // Told once per state: a bus that stays away is not news at every attempt.
            if (_state is not BusEvent.Disconnected)
                Tell(new BusEvent.Disconnected(problem));
            StayAway(delay.Next(), problem);
        }

        Refuse("NodeGuard is stopping");
        lock (_lock)
            _watches.ForEach(watch => watch.Complete());
    }

    /// <summary>Until the connection is lost or the end; returns why.</summary>
    private string Serve(BusConnection connection, ReconnectDelay delay)
    {
        List<Task<BusReply>> setup = [.. _options.Matches.Select(rule => SendOwn(connection, Bus, "/org/freedesktop/DBus", Bus, "AddMatch", rule))];
        // Also without matches: the answer says that the bus has accepted us.
        setup.Add(SendOwn(connection, Bus, "/org/freedesktop/DBus", Bus, "GetId"));
        Subscribe(connection);
        bool ready = false;
        string? problem = null;
        while (!_stopping && problem is null)
        {
            SendQueued(connection);
            problem = Pump(connection);
            Expire();
            if (!ready && problem is null && setup.TrueForAll(call => call.IsCompleted))
            {
                problem = setup.Select(call => call.Result.WhyNot).FirstOrDefault(why => why is not null);
                ready = problem is null;
                if (ready)
                {
                    delay.Reset();
                    Tell(new BusEvent.Connected());
                }
            }
        }

        problem ??= "NodeGuard is stopping";
        foreach (Pending pending in _pending.Values)
            pending.Reply.TrySetResult(new BusReply.Unavailable($"the call {pending.Call} has no answer: {problem}"));
        _pending.Clear();
        return problem;
    }

    /// <summary>Takes in all that has come, or waits for something; returns why the connection is lost, else null.</summary>
    private string? Pump(BusConnection connection)
    {
        while (true)
        {
            switch (connection.ProcessOne())
            {
                case BusIncoming.Lost lost:
                    return lost.Problem;
                case BusIncoming.Reply reply when _pending.Remove(reply.Cookie, out Pending? pending):
                    pending.Reply.TrySetResult(reply.Content);
                    return null;
                case BusIncoming.Signal signal:
                    // PID 1 forgets its subscribers when it is executed anew.
                    if (IsNewSystemd(signal.Content))
                        Subscribe(connection);
                    Tell(signal.Content);
                    return null;
                case BusIncoming.Idle:
                    connection.Wait(_wake, UntilNextDeadline());
                    _wake.Clear();
                    return null;
            }
        }
    }

    private static bool IsNewSystemd(BusEvent.Signal signal) =>
        signal is { Sender: Bus, Member: "NameOwnerChanged", Values: [Systemd, _, string { Length: > 0 }] };

    /// <summary>Without it systemd sends no JobNew and JobRemoved. Where systemd does not run it is refused, which is no harm.</summary>
    private void Subscribe(BusConnection connection) =>
        _ = SendOwn(connection, Systemd, "/org/freedesktop/systemd1", Systemd + ".Manager", "Subscribe");

    private Task<BusReply> SendOwn(
        BusConnection connection, string destination, string path, string @interface, string member, params string[] arguments)
    {
        var pending = new Pending(
            new BusCall(destination, path, @interface, member, [.. arguments.Select(BusArgument.String)]),
            _options.CallTimeout, new TaskCompletionSource<BusReply>(TaskCreationOptions.RunContinuationsAsynchronously));
        Send(connection, pending);
        return pending.Reply.Task;
    }

    private void SendQueued(BusConnection connection)
    {
        while (_calls.TryDequeue(out Pending? pending))
            Send(connection, pending);
    }

    private void Send(BusConnection connection, Pending pending)
    {
        if (connection.Send(pending.Call, out string problem) is { } cookie)
            _pending[cookie] = pending with { Deadline = After(pending.Timeout) };
        else
            pending.Reply.TrySetResult(new BusReply.Unavailable(problem));
    }

    private void Expire()
    {
        long now = Now();
        foreach ((ulong cookie, Pending pending) in _pending)
        {
            if (pending.Deadline <= now && _pending.Remove(cookie))
            {
                pending.Reply.TrySetResult(new BusReply.Unavailable(
                    $"the call {pending.Call} has no answer after {pending.Timeout.TotalSeconds:0.###} s"));
            }
        }
    }

    private TimeSpan UntilNextDeadline()
    {
        if (_stopping || !_calls.IsEmpty)
            return TimeSpan.Zero;
        return _pending.Count == 0
            ? Rest
            : Stopwatch.GetElapsedTime(Now(), _pending.Values.Min(pending => pending.Deadline));
    }

    /// <summary>Nobody can be asked meanwhile: who calls is told at once.</summary>
    private void StayAway(TimeSpan time, string problem)
    {
        long end = After(time);
        while (!_stopping && Now() < end)
        {
            Refuse(problem);
            SdBus.Wait(-1, 0, _wake.Descriptor, Stopwatch.GetElapsedTime(Now(), end));
            _wake.Clear();
        }
    }

    private void Refuse(string problem)
    {
        while (_calls.TryDequeue(out Pending? pending))
            pending.Reply.TrySetResult(new BusReply.Unavailable($"the call {pending.Call} was not made: {problem}"));
    }
}
