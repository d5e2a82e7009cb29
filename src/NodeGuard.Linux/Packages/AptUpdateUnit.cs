using Microsoft.Win32.SafeHandles;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Linux.Systemd.Bus;

namespace NodeGuard.Linux.Packages;

/// <param name="ExitStatus">Of the tool; null as long as it has not ended by itself.</param>
/// <param name="Message">How it stands, as a phrase.</param>
public sealed record UpdateUnitLook(UpdateUnitState State, int? ExitStatus, string Message);

/// <summary>The host's own package tool at work, wherever this process lives and whatever becomes of it.</summary>
public interface IUpdateTool
{
    /// <returns>Null when it was started, or was before; otherwise why not.</returns>
    Task<string?> StartAsync(string runId, IReadOnlyList<WantedPackage> packages, SafeFileHandle log, CancellationToken cancellation);

    /// <summary>Has it end what it has begun when it broke off, and install nothing.</summary>
    /// <inheritdoc cref="StartAsync"/>
    Task<string?> RepairAsync(string runId, SafeFileHandle log, CancellationToken cancellation);

    /// <param name="repairs">It is a repair that is at work.</param>
    Task<UpdateUnitLook> LookAsync(string runId, bool repairs, CancellationToken cancellation);

    /// <summary>How it ended is noted down: systemd need not remember it any more.</summary>
    Task ForgetAsync(string runId, CancellationToken cancellation);
}

/// <summary>
/// apt-get as a transient unit of the host's systemd. The unit outlives the agent, and stays known when the tool has ended
/// until it is forgotten; its name is that of the run, so that systemd itself keeps a run from being started twice.
/// </summary>
public sealed class AptUpdateUnit(SystemBus bus) : IUpdateTool
{
    private const string Systemd = "org.freedesktop.systemd1";
    private const string ManagerPath = "/org/freedesktop/systemd1";
    private const string Exists = Systemd + ".UnitExists";
    private const string AptGet = "/usr/bin/apt-get";
    private const string AptMark = "/usr/bin/apt-mark";
    private const string Dpkg = "/usr/bin/dpkg";

    // systemd's own exit statuses begin here: the program was never executed.
    private const int FirstStatusOfSystemd = 200;

    // CLD_EXITED of waitid(2).
    private const int Exited = 1;

    // Debian gives its own update unit as long to end at a shutdown.
    private const ulong StopMicroseconds = 900_000_000;

    private const int SIGTERM = 15;
    private const int SIGCONT = 18;

    private static readonly string[] Install =
    [
        "install", "--yes", "--only-upgrade", "--no-remove", "--no-install-recommends",
        // Who has changed a file keeps it, as with unattended-upgrades.
        "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold",
        "-o", "DPkg::Lock::Timeout=600",
        "-o", "APT::Acquire::Retries=3",
        "--",
    ];

    // Nothing of apt's --fix-broken: it would bring versions that nobody has named, and take packages away.
    private static readonly string[] Configure = ["--configure", "-a", "--force-confdef", "--force-confold"];

    private readonly SystemdUnits _units = new(bus);

    public static string NameOf(string runId) => $"nodeguard-update-{runId}.service";

    public Task<string?> StartAsync(string runId, IReadOnlyList<WantedPackage> packages, SafeFileHandle log, CancellationToken cancellation) =>
        StartAsync(runId, Arguments(runId, packages, log));

    public Task<string?> RepairAsync(string runId, SafeFileHandle log, CancellationToken cancellation) =>
        StartAsync(runId, Arguments(runId, "Repair", [new TransientCommand(Dpkg, Configure)], [], log, SIGCONT));

    public async Task<UpdateUnitLook> LookAsync(string runId, bool repairs, CancellationToken cancellation)
    {
        (string unit, string program) = (NameOf(runId), repairs ? Dpkg : AptGet);
        if (await _units.UnitPropertyAsync<string>(unit, "LoadState", cancellation) is not BusValue<string>.Known { Value: var load }
            || await _units.UnitPropertyAsync<string>(unit, "ActiveState", cancellation) is not BusValue<string>.Known { Value: var active })
        {
            return new UpdateUnitLook(UpdateUnitState.Unknown, null, $"systemd does not tell how {unit} is");
        }

        return (load, active) switch
        {
            ("not-found", _) => new UpdateUnitLook(UpdateUnitState.Absent, null, $"systemd knows no {unit}"),
            (_, "active" or "failed") => await EndedAsync(unit, program, active == "active", cancellation),
            _ => new UpdateUnitLook(UpdateUnitState.Running, null, $"{program} is at work"),
        };
    }

    public async Task ForgetAsync(string runId, CancellationToken cancellation)
    {
        await _units.StopAsync(NameOf(runId), cancellation);
        await bus.CallAsync(Systemd, ManagerPath, Systemd + ".Manager", "ResetFailedUnit", [BusArgument.String(NameOf(runId))], cancellation);
    }

    // Where the first command fails the second is not run, but what follows the stop is.
    internal static IReadOnlyList<BusArgument> Arguments(string runId, IReadOnlyList<WantedPackage> packages, SafeFileHandle log) =>
        Arguments(runId, "Update", [Installing(packages), .. Marking(packages)], [.. Marking(packages)], log, SIGTERM);

    private static IReadOnlyList<BusArgument> Arguments(
        string runId, string what, IReadOnlyList<TransientCommand> commands, IReadOnlyList<TransientCommand> afterwards, SafeFileHandle log, int stopSignal)
    {
        var all = new TransientProperties(NameOf(runId));
        all.Add("Description", $"{what} {runId} of NodeGuard");
        all.Add("Type", "oneshot");
        // Its end stays to be read, also by an agent that was away meanwhile.
        all.Add("RemainAfterExit", true);
        all.AddCommands("ExecStart", commands);
        all.AddCommands("ExecStopPost", afterwards);
        all.Add("Environment",
        [
            "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "APT_LISTCHANGES_FRONTEND=none",
            // Passes the gate: whoever began the run was permitted to.
            $"{AptGate.Variable}={runId}",
            // Which services run old code is told by what is pending, and restarted by nobody unasked. needrestart's hook of apt
            // looks at this in every version; a mode would be overruled by the one that Ubuntu's hook asks for.
            "NEEDRESTART_SUSPEND=1",
        ]);
        all.Add("StandardInput", "null");
        all.Add("StandardOutputFileDescriptor", log);
        all.Add("StandardErrorFileDescriptor", log);
        // What dpkg has begun it ends: a stop of the unit is for apt-get alone.
        all.Add("KillMode", "process");
        // dpkg itself would break off anew, and is waited for.
        all.Add("KillSignal", stopSignal);
        all.Add("TimeoutStopUSec", StopMicroseconds);
        return all.End();
    }

    private async Task<string?> StartAsync(string runId, IReadOnlyList<BusArgument> arguments)
    {
        // Not to be cancelled: until it is answered the bus may still copy the descriptor.
        BusReply reply = await bus.CallAsync(
            Systemd, ManagerPath, Systemd + ".Manager", "StartTransientUnit", arguments, CancellationToken.None);
        return reply is BusReply.Answer or BusReply.Refused { ErrorName: Exists } ? null : $"systemd did not start {NameOf(runId)}: {reply.WhyNot}";
    }

    private static TransientCommand Installing(IReadOnlyList<WantedPackage> packages) =>
        new(AptGet, [.. Install, .. packages.Select(static package => $"{Name(package)}={package.Version}")]);

    // Whoever names a package to apt-get marks it as wanted for its own sake, and autoremove would never take it.
    private static IEnumerable<TransientCommand> Marking(IReadOnlyList<WantedPackage> packages)
    {
        string[] automatic = [.. packages.Where(static package => package.Automatic).Select(Name)];
        return automatic.Length == 0 ? [] : [new TransientCommand(AptMark, ["auto", "--", .. automatic])];
    }

    private static string Name(WantedPackage package) => $"{package.Name}:{package.Architecture}";

    private async Task<UpdateUnitLook> EndedAsync(string unit, string program, bool well, CancellationToken cancellation)
    {
        if (await _units.ServicePropertyAsync<int>(unit, "ExecMainCode", cancellation) is not BusValue<int>.Known { Value: var code }
            || await _units.ServicePropertyAsync<int>(unit, "ExecMainStatus", cancellation) is not BusValue<int>.Known { Value: var status })
        {
            return new UpdateUnitLook(UpdateUnitState.Unknown, null, $"systemd does not tell how {unit} ended");
        }

        return (well, code) switch
        {
            (true, Exited) when status == 0 => new UpdateUnitLook(UpdateUnitState.Succeeded, status, $"{program} has ended"),
            (_, Exited) when status >= FirstStatusOfSystemd => new UpdateUnitLook(UpdateUnitState.Failed, null, $"{program} could not be executed (systemd's status {status}): is it installed on this host?"),
            (_, Exited) => new UpdateUnitLook(UpdateUnitState.Failed, status, $"{program} ended with status {status}"),
            _ => new UpdateUnitLook(UpdateUnitState.Failed, null, $"{program} was ended by signal {status}"),
        };
    }
}
