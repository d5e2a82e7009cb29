using System.Globalization;
using NodeGuard.Controller.Recycles.Methods;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Windows;
using NodeGuard.Core.Units;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Kubernetes.Draining;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Observing;

/// <summary>
/// A NodePolicy as the planner takes it. A server with an older CustomResourceDefinition lets values pass that ours would
/// refuse: whatever cannot be read becomes <see cref="Policy.Problem"/>, and nothing is done.
/// </summary>
public sealed class PolicyReading
{
    private readonly string _name;
    private string? _problem;

    private PolicyReading(string name) => _name = name;

    /// <param name="expected">How long its recycles took; null when none is known.</param>
    public static Policy Of(NodePolicy policy, ExpectedDurations? expected)
    {
        string name = policy.Metadata.Name ?? string.Empty;
        return new PolicyReading(name).Read(policy.Spec ?? new NodePolicySpec(), policy.Status, expected);
    }

    public static DisruptionBudget BudgetOf(FleetSpec? spec, out string? problem)
    {
        var reading = new PolicyReading("fleet");
        FleetBudget budget = spec?.Budget ?? new FleetBudget();
        DisruptionBudget read = reading.Budget(budget.MaxUnavailable ?? new IntOrString("10%"), budget.MaxPerZone, budget.MinSpacing, budget.MaxStartsPerHour, "spec.budget");
        problem = reading._problem;
        return read;
    }

    /// <summary>The new machine comes before the old one goes.</summary>
    public static bool WantsFirst(NodePolicySpec? spec) => spec?.Replacement is { } replacement
        && (replacement.ReplacementFirst == true || replacement.ClusterApi?.Strategy == nameof(ClusterApiStrategy.Surge));

    private Policy Read(NodePolicySpec spec, NodePolicyStatus? status, ExpectedDurations? expected)
    {
        TimeSpan? maxAge = spec.MaxAge is null ? null : Duration(spec.MaxAge, TimeSpan.Zero, "spec.maxAge");
        PolicyBudget budget = spec.Budget ?? new PolicyBudget();
        var read = new Policy
        {
            Name = _name,
            Selector = Observations.Selector(spec.NodeSelector),
            Paused = spec.Paused ?? false,
            FrozenBecause = status?.Freeze?.Message,
            MaxAge = maxAge,
            AgeJitter = maxAge is { } age ? Jitter(spec.AgeJitter ?? "25%", age) : TimeSpan.Zero,
            Image = spec.Image?.Version is { Length: > 0 } image ? image : null,
            RecycleNotReadyAfter = spec.Health?.RecycleNotReadyAfter is { } after ? Duration(after, TimeSpan.Zero, "spec.health.recycleNotReadyAfter") : null,
            RecycleOnDrift = spec.Image?.OnDrift == nameof(DriftResponse.Recycle),
            RebootWhenRequired = spec.Updates?.Reboot == nameof(RebootPolicy.IfRequired),
            Updates = Word<UpdateMode>(spec.Updates?.Mode ?? nameof(UpdateMode.Off), "spec.updates.mode"),
            UpdateScope = Word<UpdateScope>(spec.Updates?.Scope ?? nameof(UpdateScope.Security), "spec.updates.scope"),
            OnHazard = Word<HazardResponse>(spec.Updates?.OnHazard ?? nameof(HazardResponse.Wait), "spec.updates.onHazard"),
            Repairs = Word<RepairPolicy>(spec.Updates?.Repair ?? nameof(RepairPolicy.Never), "spec.updates.repair") == RepairPolicy.Interrupted,
            Released = PendingReading.Read(status?.Released).ToHashSet(),
            Budget = Budget(budget.MaxUnavailable ?? new IntOrString(1), budget.MaxPerZone, budget.MinSpacing, budget.MaxStartsPerHour, "spec.budget"),
            Windows = [.. (spec.Windows ?? []).Select(Window).OfType<MaintenanceWindow>()],
            AllowOverrun = spec.WindowEnd == nameof(WindowEnd.AllowOverrun),
            Waves = [.. (spec.Waves ?? []).Select(Wave)],
            Method = Word<ReplacementMethod>(spec.Replacement?.Method ?? nameof(ReplacementMethod.DeleteNode), "spec.replacement.method"),
            Expected = expected?.Most ?? FirstGuess(spec),
            Usual = expected?.Mean,
        };
        if (read.Method == ReplacementMethod.Update)
            Problem("spec.replacement.method", "Update", "a method that replaces or reboots the machine; spec.updates.mode is for updates");
        Word<RebootMethod>(spec.Updates?.RebootMethod ?? nameof(RebootMethod.Reboot), "spec.updates.rebootMethod");
        if (spec.Updates is { Drain: nameof(UpdateDrain.Never), Reboot: nameof(RebootPolicy.IfRequired) })
            Problem("spec.updates.drain", "Never", "IfReboot or Always, as spec.updates.reboot is IfRequired: no node is rebooted with its pods on it");
        if (read is { Method: ReplacementMethod.Reboot, MaxAge: not null })
            Problem("spec.maxAge", $"\"{spec.MaxAge}\"", "a method that replaces the machine: Reboot does not make it younger");
        if (read.Method == ReplacementMethod.Webhook && WebhookAddress.Read(spec.Replacement?.Webhook?.Url, out string wanted) is null)
            Problem("spec.replacement.webhook.url", $"\"{spec.Replacement?.Webhook?.Url}\"", wanted);
        if (spec.Replacement?.ReplacementFirst == true && read.Method != ReplacementMethod.ClusterApi)
            Problem("spec.replacement.replacementFirst", "true", "false: only the method ClusterApi can bring the new machine first");
        if (WantsFirst(spec) && spec.Replacement?.ClusterApi?.Strategy == nameof(ClusterApiStrategy.Remediate))
            Problem("spec.replacement.replacementFirst", "true", "false: a MachineHealthCheck takes the old machine first; the strategy Surge brings the new one first");
        return read with { Problem = _problem };
    }

    // Until something is known: what a quiet replacement takes, and the time that the new node has to prove itself.
    private TimeSpan FirstGuess(NodePolicySpec spec) =>
        TimeSpan.FromMinutes(10) + Duration(spec.Health?.MinReady ?? "2m", TimeSpan.FromMinutes(2), "spec.health.minReady");

    private DisruptionBudget Budget(IntOrString unavailable, IntOrString? perZone, string? spacing, int? perHour, string at) => new(
        Count(unavailable, at + ".maxUnavailable"),
        perZone is { } zone ? Count(zone, at + ".maxPerZone") : null,
        Duration(spacing ?? "0s", TimeSpan.Zero, at + ".minSpacing"),
        perHour);

    private TimeSpan Jitter(string text, TimeSpan maxAge)
    {
        TimeSpan jitter = CountOrPercent.TryParse(text, out CountOrPercent share) && share is { IsPercent: true, Number: <= 100 }
            ? maxAge * (share.Number / 100.0)
            : Duration(text, TimeSpan.Zero, "spec.ageJitter");
        if (jitter >= maxAge && maxAge > TimeSpan.Zero)
            Problem("spec.ageJitter", $"\"{text}\"", "less than spec.maxAge");
        return jitter;
    }

    private Wave Wave(PolicyWave wave) => new(
        wave.Name ?? string.Empty,
        wave.Size is { } size ? Count(size, "spec.waves[].size") : null,
        wave.NodeSelector is null ? null : Observations.Selector(wave.NodeSelector),
        Duration(wave.Soak ?? "0s", TimeSpan.Zero, "spec.waves[].soak"));

    private MaintenanceWindow? Window(PolicyWindow window)
    {
        TimeSpan length = Duration(window.Duration ?? string.Empty, TimeSpan.Zero, "spec.windows[].duration");
        CronSchedule? starts = window.Cron is { } cron ? Cron(cron) : Weekly(window);
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(window.TimeZone ?? "UTC", out TimeZoneInfo? zone))
        {
            Problem("spec.windows[].timeZone", $"\"{window.TimeZone}\"", "an IANA name that this controller's tzdata has, such as Europe/Berlin");
            return null;
        }

        return starts is null || length <= TimeSpan.Zero ? null : new MaintenanceWindow(starts, length, zone);
    }

    private CronSchedule? Cron(string text)
    {
        CronSchedule? schedule = CronSchedule.Parse(text, out string problem);
        if (schedule is null)
            _problem ??= $"spec.windows[]: {problem}";
        return schedule;
    }

    private CronSchedule? Weekly(PolicyWindow window)
    {
        if (!TimeOnly.TryParseExact(window.Start, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly at))
        {
            Problem("spec.windows[].start", $"\"{window.Start}\"", "HH:MM, as in 22:00");
            return null;
        }

        var days = new List<DayOfWeek>();
        foreach (string day in window.Days ?? [])
        {
            // Weekdays of the API begin with Monday, those of .NET with Sunday.
            if (WireWord.Read<Weekday>(day) is { } known)
                days.Add((DayOfWeek)(((int)known + 1) % 7));
            else
                Problem("spec.windows[].days", $"\"{day}\"", "Mon, Tue, Wed, Thu, Fri, Sat or Sun");
        }

        return CronSchedule.Weekly(days, at);
    }

    private CountOrPercent Count(IntOrString value, string at)
    {
        if (CountOrPercent.TryParse(value.ToString(), out CountOrPercent count) && !(count.IsPercent && count.Number > 100))
            return count;
        Problem(at, $"\"{value}\"", "a number of nodes or a percentage from 0% to 100%");
        return CountOrPercent.Of(0);
    }

    private TimeSpan Duration(string text, TimeSpan otherwise, string at)
    {
        if (GoDuration.TryParse(text, out TimeSpan duration))
            return duration;
        Problem(at, $"\"{text}\"", "a duration such as 90s, 30m or 24h");
        return otherwise;
    }

    private TEnum Word<TEnum>(string text, string at)
        where TEnum : struct, Enum
    {
        if (WireWord.Read<TEnum>(text) is { } known)
            return known;
        Problem(at, $"\"{text}\"", string.Join(", ", Enum.GetNames<TEnum>()));
        return default;
    }

    // The first one is told: mending it shows the next.
    private void Problem(string field, string found, string wanted) => _problem ??= $"{field} is {found}; wanted is {wanted}";
}
