using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Draining;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>Shows a drain while it runs.</summary>
internal interface IDrainView
{
    void Show(DrainEvent drainEvent);

    void End(IReadOnlyList<NodeDrainResult> results);
}

internal static class DrainViews
{
    public static IDrainView For(CliConsole console, OutputFormat format) => format switch
    {
        _ when format.IsForPrograms() => new DrainStreamView(console, format),
        _ when console.CanRedraw => new DrainLiveView(console),
        _ => new DrainLineView(console),
    };
}

/// <summary>-o json: each event a line, and nothing else on stdout.</summary>
internal sealed class DrainStreamView(CliConsole console, OutputFormat format) : IDrainView
{
    public void Show(DrainEvent drainEvent)
    {
        StructuredOutput.WriteStreamed(console, format, drainEvent, ClusterJson.Default.DrainEvent);
        console.Out.Flush();
    }

    public void End(IReadOnlyList<NodeDrainResult> results)
    {
    }
}

/// <summary>Piped, or a terminal that cannot move its cursor: each event a line.</summary>
internal sealed class DrainLineView(CliConsole console) : IDrainView
{
    public void Show(DrainEvent drainEvent)
    {
        if (DrainEventText.Of(drainEvent) is not { } line)
            return;
        console.WriteLine($"{PrintableText.Of(drainEvent.Node)}: {line.Tone.Apply(PrintableText.Of(line.Text), console.Colour)}");
        console.Out.Flush();
    }

    public void End(IReadOnlyList<NodeDrainResult> results) => DrainResultText.Write(console, results);
}

/// <summary>One line a node that is kept up to date; what somebody must read goes above it and stays.</summary>
internal sealed class DrainLiveView(CliConsole console) : IDrainView
{
    private readonly LiveLines _lines = new(console);
    private readonly Dictionary<string, NodeProgress> _nodes = [];

    public void Show(DrainEvent drainEvent)
    {
        if (!_nodes.TryGetValue(drainEvent.Node, out var progress))
            _nodes[drainEvent.Node] = progress = new NodeProgress(drainEvent.Node);
        progress.See(drainEvent);
        var lasting = drainEvent is DrainEvent.Warning or DrainEvent.Failed or DrainEvent.Uncordoned ? DrainEventText.Of(drainEvent) : null;
        _lines.Show(
            lasting is { } line ? line with { Text = $"{drainEvent.Node}: {line.Text}" } : null,
            [.. _nodes.Values.OrderBy(static node => node.Ended).Select(static node => node.Line)]);
    }

    public void End(IReadOnlyList<NodeDrainResult> results)
    {
        _lines.Clear();
        DrainResultText.Write(console, results);
    }
}
