using NodeGuard.Core.Fleet.Planning;

namespace NodeGuard.Core.Fleet.Forecasts;

/// <summary>How close to each other starts may be, over a time that goes on.</summary>
internal sealed class ForecastRate(DisruptionBudget budget, IEnumerable<DateTimeOffset> past)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly List<DateTimeOffset> _starts = [.. past.Order()];

    /// <summary>Until when no start may be made; null when one may be made now.</summary>
    public DateTimeOffset? Holds(DateTimeOffset now)
    {
        if (_starts.Count > 0 && _starts[^1] + budget.MinSpacing > now)
            return _starts[^1] + budget.MinSpacing;
        if (budget.MaxStartsPerHour is not { } most)
            return null;
        if (most == 0)
            return DateTimeOffset.MaxValue;
        return _starts.Count >= most && _starts[^most] + Hour > now ? _starts[^most] + Hour : null;
    }

    public void Started(DateTimeOffset now) => _starts.Add(now);
}
