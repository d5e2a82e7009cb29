using NodeGuard.Cli.Tests.Fakes;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Output;

public sealed class GoldenOutputTests
{
    [Theory]
    [InlineData("status")]
    [InlineData("routes list")]
    [InlineData("routes diff")]
    [InlineData("routes history")]
    [InlineData("routes history 20261121T060012Z-1")]
    [InlineData("routes restore")]
    [InlineData("routes restore --dry-run")]
    [InlineData("routes pin list")]
    [InlineData("routes watch")]
    public async Task Every_answer_of_the_agent_prints_as_table_wide_json_and_yaml(string command)
    {
        await using var agent = await AgentServer.StartAsync(new FakeGuard());
        foreach (var format in new[] { "table", "wide", "json", "yaml" })
        {
            var run = await CliRun.OfAsync([.. command.Split(' '), "-o", format], agent.Socket);

            GoldenFile.ShouldHold($"{command.Replace(' ', '-')}.{format}.txt", run.Out);
        }
    }

    [Fact]
    public async Task A_degraded_agent_names_its_problems()
    {
        await using var agent = await AgentServer.StartAsync(new FakeGuard { Status = Samples.Degraded });

        var run = await CliRun.OfAsync(["status", "-o", "wide"], agent.Socket);

        GoldenFile.ShouldHold("status-degraded.wide.txt", run.Out);
        run.ExitCode.ShouldBe(ExitCodes.Failed);
    }

    [Fact]
    public async Task A_terminal_gets_colour_and_no_line_wider_than_itself()
    {
        await using var agent = await AgentServer.StartAsync(new FakeGuard());

        var run = await CliRun.OfAsync(["routes", "list"], agent.Socket, width: 80, colour: true);

        GoldenFile.ShouldHold("routes-list.terminal.txt", run.Out);
        foreach (var line in run.Out.Split('\n'))
            WithoutColour(line).Length.ShouldBeLessThanOrEqualTo(80);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("routes list")]
    [InlineData("routes watch")]
    public async Task Piped_output_has_no_escape_sequence(string command)
    {
        await using var agent = await AgentServer.StartAsync(new FakeGuard());

        var run = await CliRun.OfAsync(command.Split(' '), agent.Socket);

        run.Out.ShouldNotContain('\e');
        run.Out.ShouldNotBeEmpty();
    }

    private static string WithoutColour(string line) => System.Text.RegularExpressions.Regex.Replace(line, "\e\\[[0-9]+m", "");
}
