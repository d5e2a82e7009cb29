using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Logging;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Logging;

public sealed class AgentLoggerFactoryTests : IDisposable
{
    private readonly MemoryStream _output = new();

    public void Dispose() => _output.Dispose();

    [Theory]
    [InlineData(LogLevel.Critical, "<2>")]
    [InlineData(LogLevel.Error, "<3>")]
    [InlineData(LogLevel.Warning, "<4>")]
    [InlineData(LogLevel.Information, "<6>")]
    [InlineData(LogLevel.Debug, "<7>")]
    public void The_journal_gets_priorities_and_no_dates(LogLevel level, string prefix)
    {
        Logger(LogFormat.Text, journal: true).Log(level, "rule {Rule} is back", 100);

        Text.ShouldBe($"{prefix}guard: rule 100 is back\n");
    }

    [Fact]
    public void Elsewhere_lines_are_dated()
    {
        Logger(LogFormat.Text).LogWarning("low on memory");

        Text.ShouldBe("2026-11-21T10:00:00.000Z warning guard: low on memory\n");
    }

    [Fact]
    public void Text_from_outside_can_neither_start_a_line_nor_colour_the_terminal()
    {
        Logger(LogFormat.Text, journal: true).LogInformation("link {Name}", "eth0\n<0>forged\u001b[31m");

        Text.ShouldBe("<6>guard: link eth0\\n<0>forged?[31m\n");
    }

    [Fact]
    public void Each_line_of_an_exception_has_its_priority()
    {
        try
        {
            throw new IOException("disk\nfull");
        }
        catch (IOException e)
        {
            Logger(LogFormat.Text, journal: true).LogError(e, "the ledger was not written");
        }

        string[] lines = Text.TrimEnd('\n').Split('\n');
        lines[0].ShouldBe("<3>guard: the ledger was not written (IOException: disk\\nfull)");
        lines.Length.ShouldBeGreaterThan(1);
        lines.ShouldAllBe(line => line.StartsWith("<3>", StringComparison.Ordinal));
    }

    [Fact]
    public void Json_lines_carry_the_fields_with_their_types()
    {
        Logger(LogFormat.Json, journal: true).LogInformation("{Rule} of {Table} is back {Done}", "from\n10.0.0.0/8", 5, true);

        Text.Count(c => c == '\n').ShouldBe(1);
        using JsonDocument json = JsonDocument.Parse(Text);
        json.RootElement.GetProperty("level").GetString().ShouldBe("info");
        json.RootElement.GetProperty("category").GetString().ShouldBe("guard");
        JsonElement fields = json.RootElement.GetProperty("fields");
        fields.GetProperty("rule").GetString().ShouldBe("from\n10.0.0.0/8");
        fields.GetProperty("table").GetInt32().ShouldBe(5);
        fields.GetProperty("done").GetBoolean().ShouldBeTrue();
        fields.EnumerateObject().Count().ShouldBe(3);
    }

    [Fact]
    public void The_level_may_change_while_loggers_are_in_use()
    {
        using var factory = Factory(LogFormat.Text, journal: true);
        ILogger logger = factory.CreateLogger("guard");
        logger.LogDebug("unheard");
        factory.Level = LogLevel.Debug;
        logger.LogDebug("heard");
        factory.Level = LogLevel.Error;
        logger.LogWarning("unheard");

        Text.ShouldBe("<7>guard: heard\n");
    }

    [Fact]
    public void Kestrel_is_heard_from_warnings_on()
    {
        using var factory = Factory(LogFormat.Text, journal: true);
        ILogger kestrel = factory.CreateLogger("Microsoft.AspNetCore.Server.Kestrel");
        kestrel.LogInformation("chatter");
        kestrel.LogWarning("trouble");

        Text.ShouldBe("<4>Microsoft.AspNetCore.Server.Kestrel: trouble\n");
    }

    [Fact]
    public async Task Lines_of_several_threads_stay_whole()
    {
        ILogger logger = Logger(LogFormat.Text, journal: true);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                logger.LogInformation("thread {Thread} says {Number}", thread, i);
            }
        })));

        string[] lines = Text.TrimEnd('\n').Split('\n');
        lines.Length.ShouldBe(800);
        lines.ShouldAllBe(line => line.StartsWith("<6>guard: thread ", StringComparison.Ordinal));
    }

    private string Text => Encoding.UTF8.GetString(_output.ToArray());

    private ILogger Logger(LogFormat format, bool journal = false)
    {
        AgentLoggerFactory factory = Factory(format, journal);
        factory.Level = LogLevel.Trace;
        return factory.CreateLogger("guard");
    }

    private AgentLoggerFactory Factory(LogFormat format, bool journal) => new(
        new LogOptions { Level = LogLevel.Information, Format = format }, _output, journal, new ManualTime());
}
