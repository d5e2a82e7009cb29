namespace NodeGuard.Agent.Cluster.Operations;

/// <summary>Who is asked to reboot the host.</summary>
public interface IHostReboot
{
    /// <summary>Who blocks a shutdown now, each as a phrase; null and the problem when that cannot be found out.</summary>
    Task<(IReadOnlyList<string>? Blockers, string Problem)> BlockersAsync(CancellationToken cancellation);

    Task<RebootAnswer> RebootAsync(CancellationToken cancellation);
}

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
