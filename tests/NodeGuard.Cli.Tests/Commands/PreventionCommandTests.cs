using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Core.Routing.Prevention;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Commands;

public sealed class PreventionCommandTests
{
    private readonly FakePreventionHost _host = new();

    [Theory]
    [InlineData("table")]
    [InlineData("wide")]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task Doctor_tells_an_exposed_host_what_decides_and_what_to_do(string format)
    {
        var run = await CliRun.OfAsync(["doctor", "-o", format], preventionHost: _host);

        run.ExitCode.ShouldBe(1);
        GoldenFile.ShouldHold($"doctor.{format}.txt", run.Out);
    }

    [Fact]
    public async Task Doctor_calls_a_host_without_networkd_immune()
    {
        _host.Input = new DoctorInput { Networkd = NetworkdPresence.Absent };

        var run = await CliRun.OfAsync(["doctor"], preventionHost: _host);

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldContain("Nothing to guard against");
    }

    [Trait("Invariant", "11")]
    [Fact]
    public async Task Doctor_exits_2_when_it_could_not_tell()
    {
        _host.Input = new DoctorInput { Networkd = NetworkdPresence.Unknown };

        var run = await CliRun.OfAsync(["doctor"], preventionHost: _host);

        run.ExitCode.ShouldBe(2);
        run.Out.ShouldContain("Could not tell");
    }

    [Fact]
    public async Task A_terminal_never_cuts_a_fix()
    {
        var run = await CliRun.OfAsync(["doctor"], preventionHost: _host, width: 60);

        var whole = await CliRun.OfAsync(["doctor"], preventionHost: _host);
        foreach (var fix in whole.Out.Split('\n').Where(static line => line.StartsWith("Fix of", StringComparison.Ordinal)))
            run.Out.ShouldContain(fix);
        whole.Out.ShouldContain("Fix of");
    }

    [Theory]
    [InlineData("", HardenMode.Persistent)]
    [InlineData("--runtime", HardenMode.Runtime)]
    [InlineData("--undo", HardenMode.Undo)]
    public async Task Harden_asks_for_the_mode_that_was_said(string option, HardenMode mode)
    {
        string[] options = option.Length == 0 ? [] : [option];
        var run = await CliRun.OfAsync(["harden", .. options], preventionHost: _host);

        run.ExitCode.ShouldBe(0);
        _host.AskedMode.ShouldBe(mode);
        _host.Applied.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task Harden_says_what_it_did(string format)
    {
        var run = await CliRun.OfAsync(["harden", "-o", format], preventionHost: _host);

        GoldenFile.ShouldHold($"harden.{format}.txt", run.Out);
        if (format == "table")
            run.Error.ShouldContain("not restarted");
    }

    [Fact]
    public async Task A_dry_run_of_harden_writes_nothing()
    {
        var run = await CliRun.OfAsync(["harden", "--dry-run"], preventionHost: _host);

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldContain("would write");
        _host.Applied.ShouldBeNull();
    }

    [Fact]
    public async Task A_file_that_is_refused_fails_and_says_why()
    {
        _host.Refusal = "could not be written (Read-only file system)";

        var run = await CliRun.OfAsync(["harden"], preventionHost: _host);

        run.ExitCode.ShouldBe(1);
        run.Out.ShouldContain("Read-only file system");
    }

    [Fact]
    public async Task A_competing_drop_in_fails_harden_and_is_named()
    {
        _host.Networkd = _host.Input.Config!;
        _host.Networkd = new ConfigStack([_host.Networkd.Files[0] with { Path = "/etc/systemd/networkd.conf.d/zzz-site.conf" }]);

        var run = await CliRun.OfAsync(["harden"], preventionHost: _host);

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("/etc/systemd/networkd.conf.d/zzz-site.conf:3");
    }

    [Fact]
    public async Task Runtime_and_undo_exclude_each_other() =>
        (await CliRun.OfAsync(["harden", "--runtime", "--undo"], preventionHost: _host)).ExitCode.ShouldBe(ExitCodes.Usage);

    [Fact]
    public async Task What_the_agent_knows_is_used_and_its_absence_is_no_failure()
    {
        await CliRun.OfAsync(["doctor"], preventionHost: _host);
        _host.Agent.ShouldBeNull();

        await using var agent = await AgentServer.StartAsync(new FakeGuard());
        await CliRun.OfAsync(["doctor"], agent.Socket, preventionHost: _host);
        _host.Agent.ShouldNotBeNull().Status.Foreign.ShouldBe(Samples.Status.Foreign);
    }
}
