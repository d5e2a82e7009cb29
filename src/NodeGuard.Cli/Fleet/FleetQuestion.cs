using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using NodeGuard.Cli.Kubernetes;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli.Fleet;

/// <summary>How the answer to a question about the fleet is made and shown.</summary>
/// <typeparam name="TAnswer">What -o json prints.</typeparam>
/// <typeparam name="TElement">What -o json prints for each change while it is watched.</typeparam>
internal sealed record FleetAnswer<TAnswer, TElement>
    where TAnswer : class
{
    /// <summary>The answer, or a sentence that says why there is none.</summary>
    public required Func<ClusterAnswer.Access, FleetLook, CancellationToken, Task<(TAnswer? Answer, string? Failure)>> Make { get; init; }

    public required Action<CliConsole, TAnswer, bool> Draw { get; init; }

    public required JsonTypeInfo<TAnswer> Json { get; init; }

    /// <summary>What may change, by name, as lines for people.</summary>
    public required Func<TAnswer, IEnumerable<KeyValuePair<string, string>>> Facts { get; init; }

    /// <summary>What may change, by name, for programs.</summary>
    public required Func<TAnswer, IEnumerable<KeyValuePair<string, TElement>>> Elements { get; init; }

    public required JsonTypeInfo<TElement> ElementJson { get; init; }
}

/// <summary>The options of commands that look at the fleet and change nothing.</summary>
internal sealed class FleetQuestion(CliContext context)
{
    private readonly Option<bool> _watch = new("--watch", "-w") { Description = "go on, and show what changes, until interrupted" };

    public ClusterOptions Cluster { get; } = new();

    public Option<string> Output { get; } = OutputOption.Create();

    public void AddTo(Command command, bool watches)
    {
        command.Options.Add(Output);
        if (watches)
            command.Options.Add(_watch);
        Cluster.AddTo(command);
    }

    public bool Watches(ParseResult parsed) => parsed.GetValue(_watch);

    /// <summary>True when --watch was given; for validators.</summary>
    public bool Watches(System.CommandLine.Parsing.CommandResult result) => result.GetResult(_watch) is not null && result.GetValue(_watch);

    /// <param name="at">The time that the plan is made for; null: the present.</param>
    public async Task<int> AnswerAsync<TAnswer, TElement>(ParseResult parsed, DateTimeOffset? at, FleetAnswer<TAnswer, TElement> answer, CancellationToken cancellation)
        where TAnswer : class
    {
        if (!context.TryReach(Cluster.Read(parsed), out ClusterAnswer.Access? access))
            return ExitCodes.Failed;
        // Once even when it is followed: what may not be read is told at once, and by its name.
        (FleetLook? look, string? failure) = await FleetLook.ReadAsync(access.Api, at, context.Console.Time, cancellation);
        (TAnswer? made, failure) = look is null ? (null, failure) : await answer.Make(access, look, cancellation);
        if (made is null)
            return Report(failure);
        OutputFormat format = parsed.Format(Output);
        if (Watches(parsed))
            return await WatchAsync(access, answer, format, cancellation);
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, made, answer.Json);
        else
            answer.Draw(context.Console, made, format is OutputFormat.Wide);
        return ExitCodes.Ok;
    }

    private async Task<int> WatchAsync<TAnswer, TElement>(ClusterAnswer.Access access, FleetAnswer<TAnswer, TElement> answer, OutputFormat format, CancellationToken cancellation)
        where TAnswer : class
    {
        var watch = new FleetWatch<TAnswer, TElement>(
            context.Console, format, (console, made) => answer.Draw(console, made, format is OutputFormat.Wide), answer.Facts, answer.Elements, answer.ElementJson);
        var ended = new StrongBox<string?>();
        await watch.RunAsync(AnswersAsync(access, answer, ended, cancellation), cancellation);
        return Report(ended.Value);
    }

    private async IAsyncEnumerable<Watched<TAnswer>> AnswersAsync<TAnswer, TElement>(
        ClusterAnswer.Access access, FleetAnswer<TAnswer, TElement> answer, StrongBox<string?> ended, [EnumeratorCancellation] CancellationToken cancellation)
        where TAnswer : class
    {
        await foreach (FleetLook look in FleetLook.FollowAsync(access.Api, context.Console.Time, cancellation))
        {
            (TAnswer? made, ended.Value) = await answer.Make(access, look, cancellation);
            if (made is null)
                yield break;
            yield return new Watched<TAnswer>(made, look.Stale);
        }
    }

    private int Report(string? failure)
    {
        foreach (string sentence in (failure ?? "the answer ended").Split('\n'))
            context.Console.WriteError(sentence);
        return ExitCodes.Failed;
    }
}
