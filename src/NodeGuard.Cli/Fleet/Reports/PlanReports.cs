using System.Globalization;
using NodeGuard.Core.Fleet.Forecasts;
using NodeGuard.Core.Fleet.Windows;

namespace NodeGuard.Cli.Fleet.Reports;

/// <summary>Makes of a look what `nodeguard plan` prints of it.</summary>
internal static class PlanReports
{
    /// <param name="until">Null: no forecast.</param>
    /// <param name="zone">In which days are counted.</param>
    public static PlanReport Of(FleetLook look, DateTimeOffset? until, TimeZoneInfo zone) => new(
        look.At,
        [.. look.Plan.Outlooks.Select(OutlookReport.Of).OrderBy(static outlook => outlook.Node, StringComparer.Ordinal)],
        until is { } end ? Forecast(look, end, zone) : null);

    private static ForecastPlanReport Forecast(FleetLook look, DateTimeOffset until, TimeZoneInfo zone)
    {
        Forecast forecast = FleetForecast.Of(look.State, look.At, until);
        return new ForecastPlanReport(
            until,
            [.. forecast.Steps.Select(static step => new ForecastStartReport(step.Node, step.Generation, step.Policy, step.Reason.ToString(), step.Start, step.End))],
            [.. forecast.Misses.Select(static miss => new MissReport(miss.Node, miss.Generation, miss.Policy, miss.Deadline, miss.End, miss.Why, miss.Avoidable))],
            Days(look, forecast, until, zone),
            [
                .. look.State.Policies.Select(policy => new RemedyReport(policy.Name, Remedies.Of(look.State, policy, forecast, look.At, until)))
                    .Where(static remedy => remedy.Changes.Count > 0),
            ]);
    }

    private static List<DayReport> Days(FleetLook look, Forecast forecast, DateTimeOffset until, TimeZoneInfo zone)
    {
        DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);
        ILookup<DateOnly, ForecastStep> starts = forecast.Steps.ToLookup(step => DayOf(step.Start));
        ILookup<DateOnly, MissedDeadline> misses = forecast.Misses.ToLookup(miss => DayOf(miss.Deadline));
        ILookup<DateOnly, WindowReport> windows = look.State.Policies.Where(static policy => policy.Windows.Count > 0)
            .SelectMany(policy => WindowCalendar.Of(policy.Windows, look.At, until).Open.Select(open => new WindowReport(policy.Name, open.Start, open.End)))
            .OrderBy(static window => window.Start).ToLookup(window => DayOf(window.Start < look.At ? look.At : window.Start));
        var days = new List<DayReport>();
        for (DateOnly day = DayOf(look.At); day <= DayOf(until); day = day.AddDays(1))
            days.Add(new DayReport(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), starts[day].Count(), misses[day].Count(), [.. windows[day]]));
        return days;
    }
}
