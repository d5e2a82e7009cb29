using System.Globalization;
using System.Text;
using NodeGuard.Linux.Files;
using NodeGuard.Linux.Systemd.Bus;

namespace NodeGuard.Linux.Packages;

/// <summary>One command from its start as a transient unit to its answer. Only a process that ended by itself is an answer.</summary>
internal sealed class TransientRun(SystemBus bus, TimeProvider time, HostCommand command, MemoryFile output, MemoryFile complaint)
{
    private const string Systemd = "org.freedesktop.systemd1";
    private const string ManagerPath = "/org/freedesktop/systemd1";
    private const int ComplaintBytes = 4096;

    // CLD_EXITED of waitid(2).
    private const int Exited = 1;
    private const int SIGXFSZ = 25;

    // systemd's own exit statuses begin here: the program was never executed. 203: there is none.
    private const int FirstStatusOfSystemd = 200;
    private const int NoProgram = 203;

    // JobRemoved tells the end at once; where it was lost, this does.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly SystemdUnits _units = new(bus);
    private readonly string _unit = $"nodeguard-ask-{command.Name}-{Guid.NewGuid().ToString("N")[..12]}.service";

    public async Task<HostCommandAnswer> RunAsync(CancellationToken cancellation)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<bool> end = HearEndAsync(bus.WatchAsync(watching.Token));
        bool ended = false;
        try
        {
            // Not to be cancelled: until it is answered the bus may still copy the descriptors.
            BusReply started = await ManagerAsync("StartTransientUnit", TransientUnitArguments.Of(_unit, command, output, complaint));
            if (started.WhyNot is { } whyNot)
                return new HostCommandAnswer.NoAnswer($"{command.Program} could not be started through systemd: {whyNot}");
            if (await WaitAsync(end, cancellation) is { } problem)
                return new HostCommandAnswer.NoAnswer(problem);
            ended = true;
            return await AnswerAsync(cancellation);
        }
        finally
        {
            await watching.CancelAsync();
            await ((Task)end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!ended)
                await _units.StopAsync(_unit, CancellationToken.None);
            // Held by AddRef, so that its result can be read; without us systemd forgets it, whatever it was.
            await ManagerAsync("UnrefUnit", [BusArgument.String(_unit)]);
        }
    }

    /// <summary>False when nothing more is heard: the bus is given up.</summary>
    private async Task<bool> HearEndAsync(IAsyncEnumerable<BusEvent> events)
    {
        await foreach (BusEvent happened in events)
        {
            if (happened is BusEvent.Signal { Member: "JobRemoved", Values: [uint, string, string removed, string] } && removed == _unit)
                return true;
        }

        return false;
    }

    /// <summary>Null when it has ended, else why that will not be known.</summary>
    private async Task<string?> WaitAsync(Task<bool> end, CancellationToken cancellation)
    {
        long started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < command.Timeout + StopPatience)
        {
            using var resting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(end, Task.Delay(LookInterval, time, resting.Token));
            cancellation.ThrowIfCancellationRequested();
            await resting.CancelAsync();
            if (end.IsCompleted)
                return await end ? null : $"{command.Program} was started, and its end was not heard of: NodeGuard is stopping";
            if (await HasEndedAsync(cancellation))
                return null;
        }

        return TooLong();
    }

    // A unit that waits for its job, and one that systemd has never heard of, are inactive, too.
    private async Task<bool> HasEndedAsync(CancellationToken cancellation) =>
        await _units.UnitPropertyAsync<string>(_unit, "ActiveState", cancellation) is BusValue<string>.Known { Value: var state }
        && (state == "failed"
            || (state == "inactive" && await _units.ServicePropertyAsync<ulong>(_unit, "ExecMainExitTimestamp", cancellation) is BusValue<ulong>.Known { Value: > 0 }));

    private async Task<HostCommandAnswer> AnswerAsync(CancellationToken cancellation)
    {
        BusValue<string> result = await _units.ServicePropertyAsync<string>(_unit, "Result", cancellation);
        BusValue<int> code = await _units.ServicePropertyAsync<int>(_unit, "ExecMainCode", cancellation);
        BusValue<int> status = await _units.ServicePropertyAsync<int>(_unit, "ExecMainStatus", cancellation);
        if (result is not BusValue<string>.Known { Value: var how } || code is not BusValue<int>.Known { Value: var kind } || status is not BusValue<int>.Known { Value: var number })
            return new HostCommandAnswer.NoAnswer($"{command.Program} was run, and systemd did not tell how it ended; look at: journalctl -u {_unit}");
        return Problem(how, kind, number) is { } problem
            ? new HostCommandAnswer.NoAnswer(problem)
            : new HostCommandAnswer.Ended(number, output.Read(command.OutputLimit), Line(complaint.ReadEnd(ComplaintBytes)));
    }

    /// <summary>Null where the process ended by itself, well or not.</summary>
    private string? Problem(string result, int code, int status)
    {
        if (result == "timeout")
            return TooLong();
        if (result == "oom-kill")
            return $"{command.Program} needed more than {TransientUnitArguments.MemoryLimit >> 20} MiB of memory and was killed";
        if ((code != Exited && status == SIGXFSZ) || output.Length >= command.OutputLimit)
            return string.Create(CultureInfo.InvariantCulture, $"{command.Program} wrote more than {command.OutputLimit} bytes; its answer was not read");
        if (code == 0)
            return $"{command.Program} was not executed: systemd ended its unit with \"{result}\"; look at: journalctl -u {_unit}";
        if (code != Exited)
            return $"{command.Program} was ended by systemd or a signal ({result}, {status.ToString(CultureInfo.InvariantCulture)}); look at: journalctl -u {_unit}";
        return status switch
        {
            NoProgram => $"{command.Program} could not be executed: is it installed on this host?",
            >= FirstStatusOfSystemd => $"{command.Program} could not be executed: systemd ended with status {status.ToString(CultureInfo.InvariantCulture)}; look at: journalctl -u {_unit}",
            _ => null,
        };
    }

    private string TooLong() => string.Create(
        CultureInfo.InvariantCulture, $"{command.Program} did not end within {command.Timeout.TotalSeconds:0} s and was stopped");

    private Task<BusReply> ManagerAsync(string member, IReadOnlyList<BusArgument> arguments) =>
        bus.CallAsync(Systemd, ManagerPath, Systemd + ".Manager", member, arguments, CancellationToken.None);

    private static string Line(byte[] text) =>
        string.Join("; ", Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
