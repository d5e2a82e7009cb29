using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Packages;
using NodeGuard.Linux.Systemd.Bus;

namespace NodeGuard.Agent.Cluster.Operations;

/// <summary>The host that this agent runs on: its logind reboots it, its systemd and its kernel tell whether that is possible, and done.</summary>
/// <param name="bus">The system bus.</param>
/// <param name="time">The clock.</param>
/// <param name="sysRoot">The kernel's /sys, which is the same in every container.</param>
public sealed class HostReboot(SystemBus bus, TimeProvider time, string sysRoot = "/sys") : IHostReboot
{
    private const int FirstWithSoftReboot = 254;

    private readonly LogindReboot _logind = new(bus);
    private readonly SystemdUnits _units = new(bus);
    private readonly HostServices _services = new(bus);

    public async Task<string?> WhyNotAsync(RebootMethod method, CancellationToken cancellation) => method switch
    {
        RebootMethod.Kexec => WhyNoKexec(),
        RebootMethod.SoftReboot => await WhyNoSoftRebootAsync(cancellation),
        _ => null,
    };

    public Task<(IReadOnlyList<string>? Blockers, string Problem)> BlockersAsync(CancellationToken cancellation) => _logind.BlockersAsync(cancellation);

    public Task<RebootAnswer> RebootAsync(RebootMethod method, CancellationToken cancellation) => _logind.RebootAsync(method, cancellation);

    // No other unit is as sure to be entered once in each userspace: it is left at a shutdown alone, and systemd tells its time
    // in every version that knows soft reboots; SoftRebootsCount came later.
    public async Task<Userspace?> UserspaceAsync(CancellationToken cancellation) =>
        await _units.UnitPropertyAsync<ulong>("sysinit.target", "ActiveEnterTimestampMonotonic", cancellation) is BusValue<ulong>.Known { Value: > 0 and var entered }
            ? new Userspace(entered, await _services.ReadAsync(cancellation))
            : null;

    // By a program of the host: its /run may be mounted here for reading only. Root may do this without any privilege.
    public async Task<string?> ForgetRequestAsync(CancellationToken cancellation)
    {
        using var commands = new TransientCommands(time);
        return await commands.RunAsync(new HostCommand("reboot-met", "/bin/rm", ["-f", "/run/reboot-required", "/run/reboot-required.pkgs"]), cancellation) switch
        {
            HostCommandAnswer.Ended { ExitStatus: 0 } => null,
            HostCommandAnswer.Ended failed => failed.Complaint,
            HostCommandAnswer.NoAnswer none => none.Problem,
            _ => throw new InvalidOperationException("a command has ended or gave no answer"),
        };
    }

    // logind would reboot by the firmware where no kernel is loaded, and say nothing.
    private string? WhyNoKexec()
    {
        string path = $"{sysRoot}/kernel/kexec_loaded";
        try
        {
            return File.ReadAllText(path).Trim() == "1"
                ? null
                : "wanted is a reboot by kexec, and no kernel is loaded for it (/sys/kernel/kexec_loaded is 0): have kexec -l load one before, or say updates.rebootMethod: Reboot";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"wanted is a reboot by kexec, and this kernel does not tell that it can ({path}: {e.Message}): say updates.rebootMethod: Reboot";
        }
    }

    private async Task<string?> WhyNoSoftRebootAsync(CancellationToken cancellation)
    {
        if (await _units.VersionAsync(cancellation) is not BusValue<string>.Known { Value: var text } || SystemdVersion.Parse(text) is not { } version)
            return "wanted is a soft reboot, and systemd does not tell its version";
        if (version.Major < FirstWithSoftReboot)
            return $"wanted is a soft reboot, which came with systemd {FirstWithSoftReboot}, and {text} runs: say updates.rebootMethod: Reboot";
        return await UserspaceAsync(cancellation) is null
            ? "wanted is a soft reboot, and systemd does not tell when this userspace began: nobody would know whether it was done"
            : null;
    }
}
