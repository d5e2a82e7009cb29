using System.Globalization;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Units;

namespace NodeGuard.Core.Fleet.Forecasts;

/// <summary>What would have to change, so that a policy meets every deadline until a time; each is one change alone.</summary>
public static class Remedies
{
    private const int LongestWindow = 24;
    private const int MostHours = 24 * 400;

    /// <summary>One sentence each; empty when nothing is missed, or no single change helps.</summary>
    public static IReadOnlyList<string> Of(FleetState state, Policy policy, Forecast forecast, DateTimeOffset now, DateTimeOffset until)
    {
        if (!forecast.Misses.Any(miss => miss.Avoidable && miss.Policy == policy.Name))
            return [];
        bool Meets(FleetState changed) => !FleetForecast.Of(changed, now, until).Misses.Any(miss => miss.Avoidable && miss.Policy == policy.Name);
        return [.. new[] { Unavailable(state, policy, Meets), Windows(state, policy, Meets), Age(state, policy, Meets) }.OfType<string>()];
    }

    private static string? Unavailable(FleetState state, Policy policy, Func<FleetState, bool> meets)
    {
        int nodes = state.Nodes.Count(node => policy.Selector.Matches(node.Labels));
        int allowed = policy.Budget.MaxUnavailable.UnavailableOf(nodes);
        int ofFleet = state.Budget.MaxUnavailable.UnavailableOf(state.Nodes.Count);
        int? least = Least(allowed + 1, nodes, most => meets(With(state, policy with { Budget = policy.Budget with { MaxUnavailable = CountOrPercent.Of(most) } }) with
        {
            Budget = state.Budget with { MaxUnavailable = CountOrPercent.Of(Math.Max(most, ofFleet)) },
        }));
        return least is not { } needed ? null
            : needed > ofFleet ? $"maxUnavailable {needed} instead of {allowed} would do, if the fleet's is {needed} instead of {ofFleet} too"
            : $"maxUnavailable {needed} instead of {allowed} would do";
    }

    private static string? Windows(FleetState state, Policy policy, Func<FleetState, bool> meets)
    {
        if (policy.Windows.Count == 0)
            return null;
        TimeSpan has = policy.Windows[0].Length;
        int? least = Least(1, LongestWindow, more => meets(With(state, policy with
        {
            Windows = [.. policy.Windows.Select(window => window with { Length = window.Length + TimeSpan.FromHours(more) })],
        })));
        return least is { } hours ? $"windows of {Hours(has + TimeSpan.FromHours(hours))} instead of {Hours(has)} would do" : null;
    }

    private static string? Age(FleetState state, Policy policy, Func<FleetState, bool> meets)
    {
        if (policy.MaxAge is not { } maxAge)
            return null;
        int? least = Least((int)Math.Floor(maxAge.TotalHours) + 1, MostHours, hours =>
        {
            TimeSpan longer = TimeSpan.FromHours(hours);
            return meets(With(state, policy with { MaxAge = longer, AgeJitter = policy.AgeJitter * (longer / maxAge) }));
        });
        string by = policy.Windows.Count > 0 ? "these windows allow" : "this budget allows";
        return least is { } needed ? $"a maxAge of {Hours(TimeSpan.FromHours(needed))} is the least that {by}" : null;
    }

    private static FleetState With(FleetState state, Policy policy) =>
        state with { Policies = [.. state.Policies.Select(other => other.Name == policy.Name ? policy : other)] };

    // The first steps double, for most answers are near; null when not even the largest is enough.
    private static int? Least(int from, int most, Func<int, bool> isEnough)
    {
        int high = from;
        for (int step = 1; high <= most && !isEnough(high); step *= 2)
        {
            from = high + 1;
            if (high == most)
                return null;
            high = Math.Min(high + step, most);
        }

        if (high > most)
            return null;
        while (from < high)
        {
            int middle = (from + high) / 2;
            if (isEnough(middle))
                high = middle;
            else
                from = middle + 1;
        }

        return high;
    }

    private static string Hours(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.##} h");
}
