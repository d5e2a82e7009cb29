using System.Globalization;

namespace NodeGuard.Core.Routing.Prevention;

/// <summary>What restarts networkd without anybody asking. It does harm only where a start of networkd does.</summary>
internal static class TriggerFindings
{
    public static IEnumerable<Finding> For(DoctorInput input, Verdict overall)
    {
        var harm = overall == Verdict.Ok ? Verdict.Ok : Verdict.Exposed;
        yield return Pending(input, harm);
        if (input.Timers is not { } timers)
            yield return Trigger("timers", Verdict.Unknown, "whether timers run updates by themselves could not be told");
        foreach (var timer in input.Timers ?? [])
            yield return ForTimer(timer, harm);
        yield return Needrestart(input, harm);
    }

    private static Finding Pending(DoctorInput input, Verdict harm)
    {
        if (input.PendingUpdates is not { } pending)
            return Trigger("pending", Verdict.Unknown, "whether an update that restarts networkd is pending could not be told");
        if (pending.Count == 0)
            return Trigger("pending", Verdict.Ok, "no update that restarts networkd is known to be pending");
        return Trigger("pending", harm, "a pending update restarts networkd") with
        {
            Effective = string.Join(", ", pending.Select(update => $"{update.Package} {update.Installed} -> {update.Candidate}")),
            Fix = harm == Verdict.Ok ? null : "run nodeguard harden before it is installed",
        };
    }

    private static Finding ForTimer(UpdateTimer timer, Verdict harm)
    {
        var finding = Trigger($"timer/{timer.Unit}", Verdict.Unknown, $"{timer.Unit} runs updates by itself") with
        {
            Effective = timer.Enablement switch
            {
                UnitEnablement.Enabled when timer.Next is { } next =>
                    string.Create(CultureInfo.InvariantCulture, $"enabled, next {next:yyyy-MM-dd'T'HH:mm:ssK}"),
                UnitEnablement.Enabled => "enabled",
                UnitEnablement.Disabled => "disabled",
                UnitEnablement.Absent => "absent",
                _ => "unknown",
            },
        };
        return timer.Enablement switch
        {
            UnitEnablement.Unknown => finding,
            UnitEnablement.Enabled when harm != Verdict.Ok => finding with
            {
                Verdict = harm,
                Fix = $"harden first, or: systemctl disable --now {timer.Unit}",
            },
            _ => finding with { Verdict = Verdict.Ok },
        };
    }

    private static Finding Needrestart(DoctorInput input, Verdict harm)
    {
        var finding = Trigger("needrestart", Verdict.Ok, "needrestart after library updates") with { DecidedBy = input.NeedrestartPlace };
        return input.Needrestart switch
        {
            NeedrestartState.Absent => finding with { Effective = "not installed" },
            NeedrestartState.Spares => finding with { Effective = "leaves networkd alone" },
            NeedrestartState.MayRestart => finding with
            {
                Verdict = harm,
                Effective = "may restart networkd by itself",
                Fix = harm == Verdict.Ok ? null : "run nodeguard harden, which excludes networkd from it",
            },
            _ => finding with { Verdict = Verdict.Unknown, Effective = "unknown" },
        };
    }

    private static Finding Trigger(string id, Verdict verdict, string title) =>
        new() { Id = id, Verdict = verdict, Title = title, Decides = false };
}
