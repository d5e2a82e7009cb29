namespace NodeGuard.Core.Routing;

/// <summary>
/// How often one object is given back at once before networkd and we are fighting over it. networkd deletes an object
/// once for each managed link that it configures, so a burst of passes is no fight; endless repetition is.
/// </summary>
internal struct RestoreBudget
{
    /// <summary>More than the passes of a host with 8 managed links that restarts networkd a few times in a row.</summary>
    public const int Burst = 48;

    public const long RefillNanoseconds = 250_000_000;

    public const long MinBackoffNanoseconds = 250_000_000;

    public const long MaxBackoffNanoseconds = 5_000_000_000;

    private int _spent;
    private int _backoffStep;
    private long _refilledAt;

    /// <summary>Nanoseconds to wait before the object is restored; 0 when it may be restored at once.</summary>
    public long Take(long now)
    {
        long refill = (now - _refilledAt) / RefillNanoseconds;
        if (refill > 0)
        {
            _spent = (int)Math.Max(0, _spent - refill);
            _refilledAt = now;
            if (_spent == 0)
            {
                _backoffStep = 0;
            }
        }

        if (_spent < Burst)
        {
            _spent++;
            return 0;
        }

        long wait = MinBackoffNanoseconds << Math.Min(_backoffStep, 5);
        _backoffStep++;
        return Math.Min(wait, MaxBackoffNanoseconds);
    }
}
