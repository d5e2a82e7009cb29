using System.Globalization;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>How close to each other starts may be, in the fleet and in each policy.</summary>
internal sealed class StartRate
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly List<DateTimeOffset> _ofFleet;
    private readonly Dictionary<string, List<DateTimeOffset>> _ofPolicy;
    private readonly DateTimeOffset _now;

    public StartRate(IReadOnlyList<PastStart> starts, DateTimeOffset now)
    {
        _now = now;
        _ofFleet = [.. starts.Select(static start => start.At).Order()];
        _ofPolicy = starts.GroupBy(static start => start.Policy).ToDictionary(
            static group => group.Key, static group => group.Select(static start => start.At).Order().ToList());
    }

    /// <summary>What forbids one more start now, and until when; null when nothing does.</summary>
    public (Obstacle Obstacle, DateTimeOffset Until)? Refuse(Policy? policy, DisruptionBudget fleet) =>
        Refuse(_ofFleet, fleet, "in the fleet")
        ?? (policy is null ? null : Refuse(Of(policy.Name), policy.Budget, $"by policy {policy.Name}"));

    public void Take(string policy)
    {
        _ofFleet.Add(_now);
        Of(policy).Add(_now);
    }

    private List<DateTimeOffset> Of(string policy)
    {
        if (!_ofPolicy.TryGetValue(policy, out var starts))
            _ofPolicy.Add(policy, starts = []);
        return starts;
    }

    private (Obstacle, DateTimeOffset)? Refuse(List<DateTimeOffset> starts, DisruptionBudget budget, string where)
    {
        if (starts.Count > 0 && budget.MinSpacing > TimeSpan.Zero && starts[^1] + budget.MinSpacing > _now)
            return (new Obstacle(ObstacleKind.Spacing, $"{Minutes(budget.MinSpacing)} between two {where}"), starts[^1] + budget.MinSpacing);
        if (budget.MaxStartsPerHour is not { } most)
            return null;
        int within = 0;
        while (within < most && within < starts.Count && starts[^(within + 1)] > _now - Hour)
            within++;
        return within < most
            ? null
            : (new Obstacle(ObstacleKind.StartsPerHour, $"{within} of {most} {where}"), most == 0 ? DateTimeOffset.MaxValue : starts[^most] + Hour);
    }

    private static string Minutes(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} min");
}
