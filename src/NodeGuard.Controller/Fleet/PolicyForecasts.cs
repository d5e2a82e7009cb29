using System.Globalization;
using NodeGuard.Core.Fleet.Forecasts;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Fleet;

/// <summary>
/// Whether every node meets its deadline, as far as can be foreseen. A forecast costs many times what a plan does, so it is
/// made anew only after a while, or soon when the policies or the size of the fleet are others.
/// </summary>
internal sealed class PolicyForecasts
{
    private const int MostStarts = 20_000;

    // Remedies try some dozens of forecasts.
    private const int MostNodesForRemedies = 300;

    private static readonly TimeSpan Least = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ForEachNode = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Shortest = TimeSpan.FromDays(1);
    private static readonly TimeSpan Farthest = TimeSpan.FromDays(30);

    private Dictionary<string, ForecastStatus> _known = [];
    private DateTimeOffset _madeAt = DateTimeOffset.MinValue;
    private int _settings;
    private int _nodes;

    /// <summary>Forecasts made so far.</summary>
    public int Made { get; private set; }

    /// <summary>By policy; one whose nodes have no deadline is missing.</summary>
    public IReadOnlyDictionary<string, ForecastStatus> Of(FleetState state, DateTimeOffset now)
    {
        TimeSpan age = now - _madeAt;
        int settings = Settings(state);
        bool other = settings != _settings || Math.Abs(state.Nodes.Count - _nodes) > _nodes / 20;
        // A clock that was set back makes the age negative.
        if (age >= TimeSpan.Zero && age < (other ? Least : Usual + (ForEachNode * state.Nodes.Count)))
            return _known;
        (_madeAt, _settings, _nodes) = (now, settings, state.Nodes.Count);
        _known = Make(state, now);
        Made++;
        return _known;
    }

    private static Dictionary<string, ForecastStatus> Make(FleetState state, DateTimeOffset now)
    {
        Policy[] ageing = [.. state.Policies.Where(static policy => policy is { MaxAge: not null, Problem: null })];
        if (ageing.Length == 0)
            return [];
        DateTimeOffset until = now + Horizon(state, ageing);
        Forecast forecast = FleetForecast.Of(state, now, until);
        ILookup<string, MissedDeadline> misses = forecast.Misses.ToLookup(static miss => miss.Policy);
        return ageing.ToDictionary(static policy => policy.Name, policy => Status(state, policy, forecast, [.. misses[policy.Name]], now, until));
    }

    private static ForecastStatus Status(FleetState state, Policy policy, Forecast forecast, MissedDeadline[] misses, DateTimeOffset now, DateTimeOffset until)
    {
        if (misses.Length == 0)
            return new ForecastStatus { Feasible = true, Misses = 0, Message = "in time" };
        MissedDeadline first = misses[0];
        IReadOnlyList<string> remedies = state.Nodes.Count <= MostNodesForRemedies ? Remedies.Of(state, policy, forecast, now, until) : [];
        string remedy = remedies.Count > 0 ? string.Join("; or ", remedies) : "nodeguard plan --until tells what would have to change";
        string who = first.Generation == 0 ? $"node {first.Node}" : $"the successor of node {first.Node}";
        return new ForecastStatus
        {
            Feasible = false,
            Misses = misses.Length,
            FirstMiss = first.Deadline,
            Message = string.Create(
                CultureInfo.InvariantCulture,
                $"{misses.Length} late, the first {who} at {first.Deadline.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {first.Why}; {remedy}"),
        };
    }

    // As far as the nodes that live now, unless their successors would make it too long a story.
    private static TimeSpan Horizon(FleetState state, Policy[] ageing)
    {
        TimeSpan longest = ageing.Max(static policy => policy.MaxAge!.Value);
        double perDay = ageing.Sum(policy => state.Nodes.Count / Math.Max(policy.MaxAge!.Value.TotalDays, 1.0 / 24));
        TimeSpan most = TimeSpan.FromDays(Math.Min(Farthest.TotalDays, MostStarts / Math.Max(perDay, 1)));
        TimeSpan wanted = longest < most ? longest : most;
        return wanted > Shortest ? wanted : Shortest;
    }

    private static int Settings(FleetState state)
    {
        var hash = new HashCode();
        hash.Add((state.Paused, state.FrozenBecause, state.Budget));
        foreach (Policy policy in state.Policies)
        {
            hash.Add((policy.Name, policy.Paused, policy.FrozenBecause, policy.MaxAge, policy.AgeJitter, policy.Image, policy.Budget));
            hash.Add((policy.Method, policy.AllowOverrun, policy.Problem));
            foreach (var window in policy.Windows)
                hash.Add((window.Length, window.Zone.Id));
        }

        return hash.ToHashCode();
    }
}
