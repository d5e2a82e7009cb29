using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Linux.Systemd.Bus;

namespace NodeGuard.Agent.Cluster.Operations;

/// <summary>logind of the host, over the system bus.</summary>
public sealed class LogindReboot
{
    private const string Logind = "org.freedesktop.login1";
    private const string ManagerPath = "/org/freedesktop/login1";
    private const string Manager = Logind + ".Manager";

    // SD_LOGIND_ROOT_CHECK_INHIBITORS: without it root passes over those who block (systemd 246 and later).
    private const ulong CheckInhibitors = 1;

    // SD_LOGIND_REBOOT_VIA_KEXEC and SD_LOGIND_SOFT_REBOOT; a logind that does not know one of them refuses.
    private const ulong ViaKexec = 2;
    private const ulong UserspaceAlone = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Func<string, IReadOnlyList<BusArgument>, CancellationToken, Task<BusReply>> _call;

    public LogindReboot(SystemBus bus)
        : this((member, arguments, cancellation) => bus.CallAsync(Logind, ManagerPath, Manager, member, arguments, cancellation, Patience))
    {
    }

    /// <param name="call">Calls a method of logind's manager.</param>
    internal LogindReboot(Func<string, IReadOnlyList<BusArgument>, CancellationToken, Task<BusReply>> call) => _call = call;

    /// <inheritdoc cref="IHostReboot.BlockersAsync"/>
    public async Task<(IReadOnlyList<string>? Blockers, string Problem)> BlockersAsync(CancellationToken cancellation)
    {
        BusReply reply = await _call("ListInhibitors", [], cancellation);
        if (reply is not BusReply.Answer { Values: [object[] inhibitors] })
            return (null, $"logind does not tell who blocks a shutdown: {reply.WhyNot ?? "its answer is not a list"}");
        var blockers = new List<string>();
        foreach (object inhibitor in inhibitors)
        {
            // a(ssssuu): what, who, why, mode, uid, pid
            if (inhibitor is not object[] { Length: >= 4 } parts || parts is not [string what, string who, string why, string mode, ..])
                return (null, "logind's list of inhibitors has a form that is not known");
            if (mode.StartsWith("block", StringComparison.Ordinal) && what.Split(':').Contains("shutdown"))
                blockers.Add($"{who} ({why})");
        }

        return (blockers, string.Empty);
    }

    public async Task<RebootAnswer> RebootAsync(RebootMethod method, CancellationToken cancellation) =>
        await _call("RebootWithFlags", [BusArgument.UInt64(CheckInhibitors | FlagOf(method))], cancellation) switch
        {
            BusReply.Answer => new RebootAnswer.Begun(),
            BusReply.Refused refused => new RebootAnswer.Refused($"logind refuses: {refused.WhyNot}"),
            var reply => new RebootAnswer.Unknown($"logind has not answered: {reply.WhyNot}"),
        };

    private static ulong FlagOf(RebootMethod method) => method switch
    {
        RebootMethod.Kexec => ViaKexec,
        RebootMethod.SoftReboot => UserspaceAlone,
        _ => 0,
    };
}
