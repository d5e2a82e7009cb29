using System.Globalization;
using NodeGuard.Cli.Fleet.Reports;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Cli.Fleet;

/// <summary>One node in full, for people.</summary>
internal static class NodeStatusText
{
    public static void Write(CliConsole console, NodeReport report)
    {
        var fields = new FieldList();
        Node(console, fields, report);
        Policy(fields, report.Policy);
        if (report.Recycle is { } recycle)
            Recycle(console, fields, recycle);
        if (report.LastRecycle is { } last)
            fields.Add("Last recycle", new TextCell($"{Ended(console, last)}: {last.Message ?? last.Name}", HistoryText.Tone(last)));
        Agent(console, fields, report.Agent);
        for (int i = 0; i < report.Troubles.Count; i++)
            fields.Add(i == 0 ? "Trouble" : "", new TextCell(report.Troubles[i].Message, Tone.Warning));
        fields.Write(console);
    }

    /// <summary>What changes in it; ages are left out.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Facts(NodeReport report)
    {
        OutlookReport outlook = report.Outlook;
        yield return new("node", $"{(outlook.Ready ? "Ready" : "not Ready")}{(outlook.Cordoned ? ", cordoned" : "")}, image {outlook.Image ?? "unknown"}");
        yield return new("next", outlook.Obstacle?.Message ?? "it starts now");
        if (report.Recycle is { } recycle)
            yield return new("recycle", $"{recycle.Name}: {recycle.Phase}: {recycle.Message ?? "waits for its turn"}");
        if (report.LastRecycle is { } last)
            yield return new("last recycle", $"{last.Name}: {last.Phase}: {last.Message}");
        if (report.Agent is { } agent)
            yield return new("agent", $"routes {agent.Routes?.State ?? "unknown"}, networkd {agent.Networkd?.State ?? "unknown"}, {agent.Episodes?.Total ?? 0} flushes");
        foreach (TroubleReport trouble in report.Troubles)
            yield return new($"trouble {trouble.Kind}", trouble.Message);
    }

    private static void Node(CliConsole console, FieldList fields, NodeReport report)
    {
        OutlookReport outlook = report.Outlook;
        fields.Add("Node", outlook.Node);
        fields.Add("Ready", new TextCell($"{(outlook.Ready ? "yes" : "no")}, since {When(console, report.ReadySince)}", outlook.Ready ? Tone.Good : Tone.Bad));
        if (outlook.Cordoned)
            fields.Add("Cordoned", new TextCell("yes: it takes no new pods", Tone.Warning));
        fields.Add("Born", When(console, outlook.BornAt));
        if (outlook.Zone is not null)
            fields.Add("Zone", outlook.Zone);
        fields.Add("Image", Image(outlook.Image, report.WantedImage));
        fields.Add("Deadline", outlook.Deadline is { } deadline ? TimeText.Local(deadline, console.Time) : null);
        fields.Add("Reasons", string.Join(", ", outlook.Reasons));
        fields.Add("Next", outlook.StartsNow ? "it starts now" : outlook.Next is { } next ? $"expected at {TimeText.Local(next, console.Time)}" : null);
        fields.Add("Why not now", outlook.Obstacle?.Message);
    }

    private static TextCell Image(string? image, string? wanted) => wanted is null || image == wanted
        ? TextCell.FromString(image)
        : new TextCell(image is null ? $"not known; {wanted} is wanted" : $"{image}; {wanted} is wanted", Tone.Warning);

    private static void Policy(FieldList fields, PolicyReport? policy)
    {
        if (policy is null)
        {
            fields.Add("Policy", TextCell.FromString(null));
            return;
        }

        TextCell state = FleetStatusText.State(policy);
        fields.Add("Policy", state with { Text = $"{policy.Name}: {state.Text}" });
        fields.Add("", $"{policy.Nodes} nodes, {policy.Unavailable} of {policy.Allowed} unavailable, {policy.InProgress} in progress");
        if (policy.Forecast?.Message is { } forecast)
            fields.Add("Forecast", new TextCell(forecast, policy.Forecast.Feasible == false ? Tone.Bad : Tone.Plain));
    }

    private static void Recycle(CliConsole console, FieldList fields, RecycleReport recycle)
    {
        fields.Add("Recycle", $"{recycle.Name}: {recycle.Phase}{(recycle.PhaseSince is { } since ? $" since {When(console, since)}" : "")}");
        fields.Add("", recycle.Message ?? "it waits for its turn");
        fields.Add("", $"for {string.Join(", ", recycle.Reasons)}, asked for by {recycle.RequestedBy ?? "nobody known"}{(recycle.Note is { } note ? $": {note}" : "")}");
        if (recycle.PhaseDeadline is { } deadline)
            fields.Add("", $"this phase must end by {TimeText.Local(deadline, console.Time)}");
        if (recycle.Successor is { } successor)
            fields.Add("", $"its successor is node {successor}");
        if (recycle.Cancel)
            fields.Add("", new TextCell("it was asked to stop", Tone.Warning));
    }

    private static void Agent(CliConsole console, FieldList fields, GuardedNodeStatus? agent)
    {
        if (agent is null)
        {
            fields.Add("Agent", new TextCell("no agent has told anything of this node", Tone.Faint));
            return;
        }

        fields.Add("Agent", $"{agent.Agent?.Version ?? "version not known"}{(agent.Agent?.Mode is { } mode ? $", {mode}" : "")}; wrote {When(console, agent.Heartbeat!.Value)}");
        fields.Add("Boot", agent.BootId);
        fields.Add("Kernel", agent.Kernel);
        fields.Add("Routes", Routes(agent.Routes));
        fields.Add("networkd", agent.Networkd is { } networkd ? string.Join(", ", new[] { networkd.State, networkd.Version, networkd.Prevention }.OfType<string>()) : null);
        fields.Add("Flushes", Episodes(console, agent.Episodes));
        if (agent.RebootRequired is { } reboot)
            fields.Add("Reboot", reboot ? new TextCell("the node asks for one", Tone.Warning) : new TextCell("not asked for"));
        Updates(fields, agent.Updates);
        if (agent.Drift is { State: not null } drift)
            fields.Add("Drift", $"{drift.State}{(drift.Message is { Length: > 0 } message ? $": {message}" : "")}");
        if (agent.Operation is { State: not null } operation)
            fields.Add("Operation", $"{operation.State}{(operation.Message is { Length: > 0 } message ? $": {message}" : "")}");
    }

    private static void Updates(FieldList fields, NodeUpdatesStatus? updates)
    {
        if (updates is null)
            return;
        string pending = updates.Pending is { } count ? $"{count} pending, {Number(updates.Security)} for security" : $"what is pending is not known{(updates.Problem is { } problem ? $": {problem}" : "")}";
        fields.Add("Updates", new TextCell($"{updates.Hold}; {pending}", updates.Pending is null ? Tone.Warning : Tone.Plain));
        if (updates.Hazard is { } hazard and not nameof(HazardState.None))
            fields.Add("Hazard", new TextCell($"{hazard}: {updates.HazardMessage}", hazard == nameof(HazardState.Hazard) ? Tone.Bad : Tone.Warning));
    }

    private static TextCell Routes(RoutesStatus? routes)
    {
        if (routes?.State is not { } state)
            return TextCell.FromString(null);
        string text = $"{state}: {Number(routes.Guarded)} guarded, {Number(routes.Missing)} missing, {Number(routes.NotRestorable)} not restorable";
        return new TextCell(text, state == nameof(Core.Fleet.Guarded.RouteState.Lost) ? Tone.Bad : Tone.Plain);
    }

    private static string Episodes(CliConsole console, EpisodesStatus? episodes)
    {
        if (episodes?.Last is not { } last)
            return episodes?.Total is { } total ? $"{total} seen" : "none seen";
        string gap = last.LongestGap is { } longest ? $", longest gap {longest}" : "";
        return $"{episodes.Total ?? 1} seen; the last {(last.StartedAt is { } at ? When(console, at) : "")} by {last.Cause ?? "a cause that is not known"}: {Number(last.Lost)} lost, {Number(last.Restored)} restored{gap}";
    }

    private static string Ended(CliConsole console, RecycleReport recycle) =>
        $"{recycle.Phase} {(recycle.FinishedAt is { } at ? When(console, at) : "")}".TrimEnd();

    private static string When(CliConsole console, DateTimeOffset at) => $"{TimeText.Local(at, console.Time)} ({TimeText.Age(at, console.Time)} ago)";

    private static string Number(int? number) => (number ?? 0).ToString(CultureInfo.InvariantCulture);
}
