using System.CommandLine;
using System.Diagnostics;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Terminal;
using NodeGuard.Cli.Tests.Fakes;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Help;

public sealed class HelpTests
{
    public static TheoryData<string> Commands => [.. Walk(Tree()).Select(static command => UsageError.PathOf(command))];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_has_help_with_an_example_of_itself_and_its_exit_statuses(string path)
    {
        var words = path.Split(' ')[1..];

        var run = await CliRun.OfAsync([.. words, "--help"]);

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldContain("Examples:");
        run.Out[run.Out.IndexOf("Examples:", StringComparison.Ordinal)..].ShouldContain(path);
        run.Out.ShouldContain("Exit status:");
        run.Error.ShouldBeEmpty();
        run.Out.ShouldNotContain(" { ", Case.Sensitive, "a default is shown as people write it");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_example_is_a_command_line_that_parses(string path)
    {
        var root = Tree();
        var command = Walk(root).Single(candidate => UsageError.PathOf(candidate) == path);
        foreach (var example in ((ICommandGuide)command).Examples)
        {
            var line = example.CommandLine.Split(" | ")[0].Split(" > ")[0];
            line = line.Replace("source <(", "", StringComparison.Ordinal).TrimEnd(')').Replace("sudo ", "", StringComparison.Ordinal);
            line.ShouldStartWith("nodeguard");
            root.Parse(line["nodeguard".Length..].Trim()).Errors.ShouldBeEmpty(example.CommandLine);
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_and_option_is_described(string path)
    {
        var command = Walk(Tree()).Single(candidate => UsageError.PathOf(candidate) == path);

        command.Description.ShouldNotBeNullOrEmpty();
        foreach (var option in command.Options)
            option.Description.ShouldNotBeNullOrEmpty(option.Name);
        foreach (var argument in command.Arguments)
            argument.Description.ShouldNotBeNullOrEmpty(argument.Name);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Completion_scripts_have_no_syntax_error(string shell)
    {
        var script = (await CliRun.OfAsync(["completion", shell])).Out;
        script.ShouldContain("[suggest:");
        // zsh and fish are rarely installed on a build machine; their scripts are checked where they are.
        if (shell != "bash" && !IsInstalled(shell))
            return;

        using var process = Process.Start(new ProcessStartInfo(shell, "-n") { RedirectStandardInput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(script);
        process.StandardInput.Close();
        var complaints = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        complaints.ShouldBeEmpty();
        process.ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("nodeguard ro", "routes")]
    [InlineData("nodeguard routes ", "history")]
    [InlineData("nodeguard routes list --kind ", "nexthop")]
    public async Task The_program_completes_what_the_scripts_ask_it(string line, string candidate)
    {
        var run = await CliRun.OfAsync([$"[suggest:{line.Length}]", line]);

        run.Out.Split('\n', StringSplitOptions.TrimEntries).ShouldContain(candidate);
    }

    [Fact]
    public async Task Version_prints_one_line()
    {
        var run = await CliRun.OfAsync(["--version"]);

        run.ExitCode.ShouldBe(0);
        run.Out.Trim().Split('\n').Length.ShouldBe(1);
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));

    private static GuidedRootCommand Tree() => CommandLine.Build(new CliContext
    {
        Console = new CliConsole
        {
            Out = TextWriter.Null,
            Error = TextWriter.Null,
            In = TextReader.Null,
            OutIsTerminal = false,
            InIsTerminal = false,
            Width = null,
            Colour = false,
            Time = new FixedTime(),
        },
        Environment = static _ => null,
        DrillHost = static () => throw new InvalidOperationException("Help drills nothing."),
        PreventionHost = static () => throw new InvalidOperationException("Help examines nothing."),
        UpdateHost = static () => throw new InvalidOperationException("Help holds nothing."),
        Cluster = static _ => throw new InvalidOperationException("Help asks no cluster."),
        RunAgent = static (_, _) => throw new InvalidOperationException("Help runs no agent."),
    });

    private static IEnumerable<Command> Walk(Command command)
    {
        if (command.Hidden)
            return [];
        return command.Subcommands.SelectMany(Walk).Prepend(command);
    }
}
