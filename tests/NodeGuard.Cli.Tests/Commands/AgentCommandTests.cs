using System.Text.Json;
using NodeGuard.Cli.Tests.Fakes;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Commands;

public sealed class AgentCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public AgentCommandTests() => File.WriteAllText(_file, "routes:\n  mode: observe\n");

    [Fact]
    public async Task Print_config_tells_each_value_and_its_source()
    {
        var run = await CliRun.OfAsync(["agent", "--config", _file, "--log-level", "debug", "--print-config", "-o", "json"]);

        run.ExitCode.ShouldBe(ExitCodes.Ok);
        using var document = JsonDocument.Parse(run.Out);
        var settings = document.RootElement.GetProperty("settings").EnumerateArray().ToDictionary(
            static item => item.GetProperty("key").GetString()!,
            static item => (item.GetProperty("value").GetString(), item.GetProperty("source").GetString()));
        settings["routes.mode"].ShouldBe(("observe", $"{_file}:2"));
        settings["log.level"].ShouldBe(("debug", "--log-level"));
        settings["procRoot"].ShouldBe(("/proc", "default"));
    }

    [Theory]
    [InlineData("table")]
    [InlineData("wide")]
    [InlineData("yaml")]
    public async Task Print_config_has_the_other_formats_as_well(string format)
    {
        var run = await CliRun.OfAsync(["agent", "--config", _file, "--print-config", "-o", format]);

        run.Out.ShouldContain("routes.mode");
        run.Out.ShouldContain("observe");
        run.Out.ShouldContain(_file);
    }

    [Fact]
    public async Task Check_config_says_every_error_and_exits_2()
    {
        var run = await CliRun.OfAsync(["agent", "--config", _file, "--routes-mode", "sometimes", "--log-level", "loud", "--check-config"]);

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Error.ShouldContain("sometimes");
        run.Error.ShouldContain("loud");
    }

    [Fact]
    public async Task Check_config_passes_a_right_one() =>
        (await CliRun.OfAsync(["agent", "--config", _file, "--check-config"])).ExitCode.ShouldBe(ExitCodes.Ok);

    [Fact]
    public async Task Flags_reach_the_agent_in_order_and_lists_may_come_twice()
    {
        var run = await CliRun.OfAsync(
            ["agent", "--routes-exclude-tables", "100", "--routes-exclude-tables", "200,300"],
            runAgent: sources => string.Join(';', sources.Flags.Select(static flag => $"{flag.Key}={flag.Value}")));

        run.Out.ShouldBe("routes.exclude.tables=100;routes.exclude.tables=200,300");
    }

    public void Dispose() => File.Delete(_file);
}
