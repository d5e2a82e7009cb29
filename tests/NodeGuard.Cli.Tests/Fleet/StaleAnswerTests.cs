using System.Text.Json.Serialization.Metadata;
using NodeGuard.Cli.Fleet;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Cli.Tests.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Fleet;

/// <summary>--watch says when the server no longer answers, instead of showing old news as the present.</summary>
[Trait("Invariant", "11")]
public sealed class StaleAnswerTests
{
    private const string Gone = "the API server has said nothing since 10:59";

    private static readonly CacheHealth Well = new(Synced: true, 3, TimeSpan.FromSeconds(40), LastFailure: null);

    [Fact]
    public void A_failure_that_lasts_is_told_with_the_time_since_which_nothing_came()
    {
        var time = new SettableTime();
        var away = new ServerAway(time);
        CacheHealth failing = Well with { LastProgress = TimeSpan.FromSeconds(62), LastFailure = "connection refused" };

        away.Of([Well, Well]).ShouldBeNull();
        away.Of([Well, failing]).ShouldBeNull("a watch may end and be begun anew");
        time.Now += TimeSpan.FromSeconds(4);
        away.Of([Well, failing with { LastProgress = TimeSpan.FromSeconds(66) }])
            .ShouldBe($"the API server has said nothing since {TimeText.Local(FixedTime.Now.AddSeconds(-62), time)}, and what is shown may be from then: connection refused");
        away.Of([Well, Well]).ShouldBeNull();
        away.Of([failing, Well]).ShouldBeNull("it is another failure");
    }

    [Fact]
    public void A_kind_that_never_answered_counts_from_when_that_was_seen()
    {
        var time = new SettableTime();
        var away = new ServerAway(time);
        CacheHealth never = new(Synced: false, 0, LastProgress: null, "forbidden");

        away.Of([never]).ShouldBeNull();
        time.Now += TimeSpan.FromSeconds(5);
        away.Of([never]).ShouldNotBeNull().ShouldStartWith($"the API server has said nothing since {TimeText.Local(FixedTime.Now, time)}");
    }

    [Fact]
    public async Task Piped_output_is_warned_once_beside_it_and_told_when_it_is_over()
    {
        (CliConsole console, StringWriter output, StringWriter error) = Console(terminal: false);

        await Watch(console, OutputFormat.Table).RunAsync(Answers(null, Gone, Gone + " still", null), default);

        error.ToString().ShouldBe($"Warning: {Gone}\nThe API server answers again.\n");
        output.ToString().ShouldNotContain("Warning");
    }

    [Fact]
    public async Task Programs_get_their_lines_and_people_the_warning()
    {
        (CliConsole console, StringWriter output, StringWriter error) = Console(terminal: false);

        await Watch(console, OutputFormat.Json).RunAsync(Answers(null, Gone), default);

        error.ToString().ShouldBe($"Warning: {Gone}\n");
        output.ToString().ShouldNotContain("Warning");
    }

    [Fact]
    public async Task A_terminal_shows_it_above_the_picture_as_long_as_it_lasts()
    {
        (CliConsole console, StringWriter output, _) = Console(terminal: true);

        await Watch(console, OutputFormat.Table).RunAsync(Answers(null, Gone), default);
        TerminalScreen.Of(output.ToString()).Where(static line => line.Length > 0).ShouldBe([$"Warning: {Gone}", "nodes: 3"]);

        await Watch(console, OutputFormat.Table).RunAsync(Answers([null]), default);
        TerminalScreen.Of(output.ToString()).Last(static line => line.Length > 0).ShouldBe("nodes: 3");
    }

    private static FleetWatch<string, string> Watch(CliConsole console, OutputFormat format) => new(
        console, format, static (screen, answer) => screen.WriteLine($"nodes: {answer}"),
        static answer => [new("nodes", answer)], static answer => [new("nodes", answer)],
        (JsonTypeInfo<string>)System.Text.Json.JsonSerializerOptions.Default.GetTypeInfo(typeof(string)));

    private static async IAsyncEnumerable<Watched<string>> Answers(params string?[] stale)
    {
        foreach (string? one in stale)
        {
            yield return new Watched<string>("3", one);
            await Task.Yield();
        }
    }

    private static (CliConsole Console, StringWriter Out, StringWriter Error) Console(bool terminal)
    {
        StringWriter output = new(), error = new();
        return (new CliConsole
        {
            Out = output,
            Error = error,
            In = TextReader.Null,
            OutIsTerminal = terminal,
            InIsTerminal = false,
            Width = 100,
            Height = 24,
            Colour = terminal,
            Time = new FixedTime(),
        }, output, error);
    }

    private sealed class SettableTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = FixedTime.Now;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
