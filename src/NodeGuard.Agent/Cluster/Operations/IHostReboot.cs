using NodeGuard.Core.Fleet.Policies;

namespace NodeGuard.Agent.Cluster.Operations;

/// <summary>Who is asked to reboot the host, and tells how it is.</summary>
public interface IHostReboot
{
    /// <summary>Why this host cannot be rebooted in this way, in a sentence; null when it can.</summary>
    Task<string?> WhyNotAsync(RebootMethod method, CancellationToken cancellation);

    /// <summary>Who blocks a shutdown now, each as a phrase; null and the problem when that cannot be found out.</summary>
    Task<(IReadOnlyList<string>? Blockers, string Problem)> BlockersAsync(CancellationToken cancellation);

    Task<RebootAnswer> RebootAsync(RebootMethod method, CancellationToken cancellation);

    /// <summary>The userspace that runs; null when systemd does not tell.</summary>
    Task<Userspace?> UserspaceAsync(CancellationToken cancellation);

    /// <summary>Takes away the file that asks for a reboot: a boot empties /run, and a soft reboot, which has met the request, does not.</summary>
    /// <returns>Null when there is none any more; otherwise why not.</returns>
    Task<string?> ForgetRequestAsync(CancellationToken cancellation);
}

/// <param name="EnteredAt">When systemd reached sysinit.target, in microseconds since the boot; in another userspace it is another number.</param>
/// <param name="Services">Those that make the host a node, by whether they are active.</param>
public sealed record Userspace(ulong EnteredAt, IReadOnlyDictionary<string, bool> Services);

public abstract record RebootAnswer
{
    private RebootAnswer()
    {
    }

    /// <summary>The host goes down.</summary>
    public sealed record Begun : RebootAnswer;

    /// <summary>Nothing was begun.</summary>
    public sealed record Refused(string Problem) : RebootAnswer;

    /// <summary>It may have begun.</summary>
    public sealed record Unknown(string Problem) : RebootAnswer;
}
