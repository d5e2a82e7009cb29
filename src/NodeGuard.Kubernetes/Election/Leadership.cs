namespace NodeGuard.Kubernetes.Election;

/// <summary>Proof of one term of leading, to be written where a later leader should be able to tell who acted.</summary>
/// <param name="Term">The lease's transitions: rises with every change of the holder.</param>
public sealed record FencingToken(ObjectName Lease, string Holder, int Term);

/// <summary>
/// One term of leading. It ends by the steady clock, whether or not anything runs that could say so: ask
/// <see cref="CheckAsync"/> right before each write that changes a node.
/// </summary>
/// <remarks>
/// A write that was sent while leading may reach the server later; the margin for it is LeaseDuration minus RenewDeadline.
/// A process that is stopped between the check and the write can exceed any margin: such writes also carry a
/// resourceVersion or UID as precondition.
/// </remarks>
public sealed class Leadership : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly RenewalBell _bell;
    private readonly TimeSpan _close;
    private readonly CancellationTokenSource _lost = new();
    private long _until;
    private volatile bool _ended;

    internal Leadership(FencingToken token, TimeProvider clock, RenewalBell bell, TimeSpan close, TimeSpan until)
    {
        Token = token;
        Lost = _lost.Token;
        _clock = clock;
        _bell = bell;
        _close = close;
        _until = until.Ticks;
    }

    public FencingToken Token { get; }

    /// <summary>Cancelled when the term is over; work that runs under it stops.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Zero when the term is over.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = TimeSpan.FromTicks(Volatile.Read(ref _until)) - SteadyTime.Now(_clock);
            return _ended || left <= TimeSpan.Zero ? TimeSpan.Zero : left;
        }
    }

    /// <summary>Whether we lead now. Close to the term's end the lease is renewed first: a false is then the server's word.</summary>
    public async Task<bool> CheckAsync(CancellationToken cancellation)
    {
        if (Left > _close)
            return true;
        if (Left == TimeSpan.Zero)
            return false;
        await _bell.RingAsync(cancellation);
        // Not renewed, though not refused either: too little is left to begin anything.
        return Left > _close;
    }

    public void Dispose() => _lost.Dispose();

    internal void Renewed(TimeSpan until) => Volatile.Write(ref _until, until.Ticks);

    /// <summary>May be called again.</summary>
    internal void End()
    {
        _ended = true;
        _lost.Cancel();
    }
}

/// <summary>A provider's timestamps as time since any zero.</summary>
internal static class SteadyTime
{
    public static TimeSpan Now(TimeProvider clock) => clock.GetElapsedTime(0, clock.GetTimestamp());
}
