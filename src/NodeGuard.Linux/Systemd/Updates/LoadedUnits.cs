using NodeGuard.Core.Updates;
using NodeGuard.Linux.Systemd.Bus;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Linux.Systemd.Updates;

/// <summary>Units that install updates, and their timers, asked of systemd over the bus.</summary>
public sealed class LoadedUnits(SystemBus bus, TimeProvider time)
{
    private const string Timer = "org.freedesktop.systemd1.Timer";

    private readonly SystemdUnits _units = new(bus);

    /// <summary>daemon-reload; null when it is done, else why it is not.</summary>
    public async Task<string?> ReloadAsync(CancellationToken cancellation) => (await _units.ReloadAsync(cancellation)).WhyNot;

    public async Task<BusValue<LoadedUnit>> ReadAsync(string unit, CancellationToken cancellation)
    {
        // The first question loads the unit where systemd does not have it yet.
        BusValue<string> load = await _units.UnitPropertyAsync<string>(unit, "LoadState", cancellation);
        if (load is BusValue<string>.Unknown unknown)
            return new BusValue<LoadedUnit>.Unknown(unknown.Problem);
        var active = _units.UnitPropertyAsync<string>(unit, "ActiveState", cancellation);
        var needsReload = _units.UnitPropertyAsync<bool>(unit, "NeedDaemonReload", cancellation);
        var conditions = _units.UnitPropertyAsync<object[]>(unit, "Conditions", cancellation);
        var dropIns = _units.UnitPropertyAsync<object[]>(unit, "DropInPaths", cancellation);
        var passed = _units.UnitPropertyAsync<bool>(unit, "ConditionResult", cancellation);
        var asked = _units.UnitPropertyAsync<ulong>(unit, "ConditionTimestamp", cancellation);
        var timers = _units.UnitPropertyAsync<object[]>(unit, "TriggeredBy", cancellation);
        var run = RunAsync(unit, cancellation);
        await Task.WhenAll(active, needsReload, conditions, dropIns, passed, asked, timers, run);
        if (await active is not BusValue<string>.Known { Value: var state }
            || await needsReload is not BusValue<bool>.Known { Value: var stale }
            || await conditions is not BusValue<object[]>.Known { Value: var list })
        {
            return new BusValue<LoadedUnit>.Unknown(Problem(await active) ?? Problem(await needsReload) ?? Problem(await conditions) ?? "");
        }

        return new BusValue<LoadedUnit>.Known(new LoadedUnit
        {
            LoadState = ((BusValue<string>.Known)load).Value,
            ActiveState = state,
            Holds = list.Any(IsOurs),
            NeedsReload = stale,
            DropInPaths = await dropIns is BusValue<object[]>.Known { Value: var paths } ? [.. paths.OfType<string>()] : [],
            SkippedAt = await passed is BusValue<bool>.Known { Value: false } ? Time(await asked) : null,
            LastRun = await run,
            Timer = await TimerAsync(await timers, cancellation),
        });
    }

    /// <summary>a(sbbsi): name, whether it is one of alternatives, whether it is negated, parameter, last outcome.</summary>
    private static bool IsOurs(object condition) =>
        condition is object[] and ["ConditionPathExists", false, false, HoldFile.Permit, ..];

    private async Task<UnitRun?> RunAsync(string unit, CancellationToken cancellation)
    {
        var started = _units.ServicePropertyAsync<ulong>(unit, "ExecMainStartTimestamp", cancellation);
        var ended = _units.ServicePropertyAsync<ulong>(unit, "ExecMainExitTimestamp", cancellation);
        var result = _units.ServicePropertyAsync<string>(unit, "Result", cancellation);
        var status = _units.ServicePropertyAsync<int>(unit, "ExecMainStatus", cancellation);
        await Task.WhenAll(started, ended, result, status);
        if (Time(await started) is not { } start)
            return null;
        DateTimeOffset? end = Time(await ended);
        return new UnitRun(
            start,
            end >= start ? end : null,
            (await result as BusValue<string>.Known)?.Value ?? "unknown",
            (await status as BusValue<int>.Known)?.Value ?? -1);
    }

    private async Task<UnitTimer?> TimerAsync(BusValue<object[]> triggers, CancellationToken cancellation)
    {
        string? name = triggers is BusValue<object[]>.Known { Value: var units }
            ? units.OfType<string>().Where(static unit => unit.EndsWith(".timer", StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault()
            : null;
        if (name is null)
            return null;
        var state = _units.UnitPropertyAsync<string>(name, "UnitFileState", cancellation);
        var active = _units.UnitPropertyAsync<string>(name, "ActiveState", cancellation);
        var next = _units.PropertyAsync<ulong>(name, Timer, "NextElapseUSecRealtime", cancellation);
        var monotonic = _units.PropertyAsync<ulong>(name, Timer, "NextElapseUSecMonotonic", cancellation);
        var last = _units.PropertyAsync<ulong>(name, Timer, "LastTriggerUSec", cancellation);
        await Task.WhenAll(state, active, next, monotonic, last);
        bool waits = await active is BusValue<string>.Known { Value: "active" };
        return new UnitTimer(
            name,
            (await state as BusValue<string>.Known)?.Value ?? "unknown",
            waits,
            waits ? Time(await next) ?? SinceBoot(await monotonic) : null,
            Time(await last));
    }

    /// <summary>Microseconds since 1970; 0 and the largest number mean never.</summary>
    private static DateTimeOffset? Time(BusValue<ulong> value) =>
        value is BusValue<ulong>.Known { Value: > 0 and < long.MaxValue / 1000 and var microseconds }
            ? DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds)
            : null;

    private DateTimeOffset? SinceBoot(BusValue<ulong> value) =>
        value is BusValue<ulong>.Known { Value: > 0 and < long.MaxValue / 1000 and var microseconds }
            ? time.GetUtcNow().AddMicroseconds((double)microseconds - (Clock.MonotonicNanoseconds() / 1000.0))
            : null;

    private static string? Problem<T>(BusValue<T> value) => (value as BusValue<T>.Unknown)?.Problem;
}
