using System.CommandLine;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard routes watch`: what the guard sees and does, as it happens.</summary>
public static class RoutesWatchCommand
{
    public static Command Create(CliContext context)
    {
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "watch",
            "Print what happens to guarded objects, as it happens, until interrupted.",
            [
                new("nodeguard routes watch", "follow along"),
                new("nodeguard routes watch -o json | jq -c 'select(.kind == \"lost\")'", "one JSON object a line"),
            ],
            [
                new(ExitCodes.Ok, "interrupted by Ctrl-C, or the reader of the pipe left"),
                .. CommonExits.OfAgentCommands.Where(static exit => exit.Code != ExitCodes.Interrupted),
            ])
        { output };
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed, parsed.Format(output), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult parsed, OutputFormat format, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        try
        {
            await foreach (var answer in client.WatchAsync(cancellation))
            {
                if (!answer.TryGet(out var routeEvent, out var failure))
                    return context.Report(failure);
                if (format.IsForPrograms())
                    StructuredOutput.WriteStreamed(context.Console, format, routeEvent, ControlJsonContext.Default.RouteEvent);
                else
                    WriteLine(context.Console, routeEvent);
                await context.Console.Out.FlushAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCodes.Ok;
        }

        context.Console.WriteError("the agent closed the stream: it is stopping; see systemctl status nodeguard-agent");
        return ExitCodes.AgentUnreachable;
    }

    private static void WriteLine(CliConsole console, RouteEvent routeEvent)
    {
        var line = $"{TimeText.LocalWithMilliseconds(routeEvent.At, console.Time)}  {Tone(routeEvent.Kind).Apply(routeEvent.Kind.PadRight(15), console.Colour)}  {PrintableText.Of(routeEvent.Object ?? "-")}";
        if (routeEvent.By is { } by)
            line += $"  by {PrintableText.Of(by)}";
        if (routeEvent.GapMilliseconds is { } gap)
            line += $"  after {TimeText.Milliseconds(gap)}";
        if (routeEvent.Detail is { } detail)
            line += $"  ({PrintableText.Of(detail)})";
        console.Out.WriteLine(line);
    }

    private static Tone Tone(string kind) => kind switch
    {
        "restored" => Terminal.Tone.Good,
        "lost" or "contention" => Terminal.Tone.Warning,
        "refused" or "vanished" => Terminal.Tone.Bad,
        _ => Terminal.Tone.Plain,
    };
}
