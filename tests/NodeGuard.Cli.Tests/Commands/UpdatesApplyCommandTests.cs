using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Core.Images;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Hosting.Http;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Commands;

/// <summary>`updates apply` and `updates history` against an agent that has what a test gives it.</summary>
public sealed class UpdatesApplyCommandTests
{
    private static readonly UpdateRun Done = new()
    {
        Id = "20261121-095900-9f3c",
        By = "ada",
        Scope = UpdateScope.Security,
        Wanted = [new WantedPackage("systemd", "amd64", "252.39-1~deb12u2")],
        Deadline = FixedTime.Now.AddMinutes(9),
        BootId = "b",
        BegunAt = FixedTime.Now.AddMinutes(-1),
        Phase = UpdateRunPhase.Succeeded,
        PhaseSince = FixedTime.Now,
        Message = "1 package changed",
        ExitStatus = 0,
        Changes = [new PackageChange("systemd", "amd64", "252.39-1~deb12u1", "252.39-1~deb12u2"), new PackageChange("old", "all", "1", null)],
        Health = new HostHealth(),
    };

    private readonly List<UpdateWish> _wishes = [];

    /// <summary>What the agent tells at each look; the last one again and again.</summary>
    private readonly Queue<UpdateRun> _looks = new();

    private string? _refuses;

    private bool _repairs;

    [Theory]
    [InlineData(UpdateScope.Security)]
    [InlineData(UpdateScope.All, "--all")]
    [InlineData(UpdateScope.Security, "--despite-hazard")]
    public async Task It_wishes_follows_and_tells_what_came_of_it(UpdateScope scope, params string[] options)
    {
        _looks.Enqueue(Done with { Phase = UpdateRunPhase.Running, Changes = null, Message = "1 package are being updated" });
        _looks.Enqueue(Done);
        await using AgentServer agent = await AgentServer.StartAsync(AnswerAsync);

        var run = await CliRun.OfAsync(["updates", "apply", .. options], socket: agent.Socket);

        run.ExitCode.ShouldBe(ExitCodes.Ok, run.Error);
        run.Out.ShouldContain("systemd:amd64   252.39-1~deb12u1   252.39-1~deb12u2");
        run.Out.ShouldContain("removed");
        UpdateWish wish = _wishes.ShouldHaveSingleItem();
        (wish.Scope, wish.DespiteHazard, wish.By.Length > 0).ShouldBe((scope, options.Contains("--despite-hazard"), true));
    }

    [Fact]
    public async Task One_that_fails_is_a_failure_and_one_that_is_not_waited_for_is_begun()
    {
        _looks.Enqueue(Done with { Phase = UpdateRunPhase.Failed, Message = "dpkg broke off" });
        await using AgentServer agent = await AgentServer.StartAsync(AnswerAsync);

        var failed = await CliRun.OfAsync(["updates", "apply"], socket: agent.Socket);
        (failed.ExitCode, failed.Out.Contains("dpkg broke off", StringComparison.Ordinal)).ShouldBe((ExitCodes.Failed, true));
        var begun = await CliRun.OfAsync(["updates", "apply", "--no-wait", "-o", "json"], socket: agent.Socket);
        begun.ExitCode.ShouldBe(ExitCodes.Ok);
        JsonSerializer.Deserialize(begun.Out, ControlJsonContext.Default.UpdateRun)!.Phase.ShouldBe(UpdateRunPhase.Begun);
    }

    [Fact]
    public async Task A_repair_comes_first_and_is_told_and_the_update_is_wished_for_when_it_has_succeeded()
    {
        _repairs = true;
        _looks.Enqueue(Done with { Repairs = true, Message = "dpkg is whole again; 0 packages changed" });
        _looks.Enqueue(Done);
        await using AgentServer agent = await AgentServer.StartAsync(AnswerAsync);

        var run = await CliRun.OfAsync(["updates", "apply", "--repair"], socket: agent.Socket);

        run.ExitCode.ShouldBe(ExitCodes.Ok, run.Error);
        run.Error.ShouldContain("dpkg is whole again");
        _wishes.Select(static wish => wish.Repair).ShouldBe([true, false]);
    }

    [Fact]
    public async Task After_a_repair_that_failed_nothing_is_installed()
    {
        _repairs = true;
        _looks.Enqueue(Done with { Repairs = true, Phase = UpdateRunPhase.Failed, Message = "/usr/bin/dpkg ended with status 1" });
        await using AgentServer agent = await AgentServer.StartAsync(AnswerAsync);

        var run = await CliRun.OfAsync(["updates", "apply", "--repair"], socket: agent.Socket);

        (run.ExitCode, run.Out.Contains("/usr/bin/dpkg ended with status 1", StringComparison.Ordinal), _wishes.Count).ShouldBe((ExitCodes.Failed, true, 1));
    }

    [Fact]
    public async Task What_the_agent_refuses_is_said()
    {
        _refuses = "update a is Running";
        await using AgentServer agent = await AgentServer.StartAsync(AnswerAsync);

        var run = await CliRun.OfAsync(["updates", "apply"], socket: agent.Socket);

        run.ExitCode.ShouldBe(ExitCodes.Refused);
        run.Error.ShouldContain("update a is Running");
    }

    [Theory]
    [InlineData("Would install 1;")]
    [InlineData("Would install 2;", "--all")]
    public async Task A_dry_run_wishes_nothing(string note, params string[] options)
    {
        await using AgentServer agent = await AgentServer.StartAsync(AnswerAsync);

        var run = await CliRun.OfAsync(["updates", "apply", "--dry-run", .. options], socket: agent.Socket);

        run.ExitCode.ShouldBe(ExitCodes.Ok);
        run.Error.ShouldContain(note);
        run.Error.ShouldContain("Because of the hazard it would be refused without --despite-hazard.");
        _wishes.ShouldBeEmpty();
    }

    private static AptRun ByHand => new()
    {
        StartedAt = "2026-11-21 06:31:00",
        CommandLine = "apt upgrade",
        RequestedBy = "ada (1000)",
        Error = "Sub-process /usr/bin/dpkg returned an error code (1)",
        HasEnded = true,
        Actions = [new AptAction("upgrade", "bash", "amd64", "2")],
    };

    [Fact]
    public async Task History_lists_them_and_tells_one_with_its_log_without_control_characters()
    {
        _looks.Enqueue(Done);
        await using AgentServer agent = await AgentServer.StartAsync(AnswerAsync);

        string all = (await CliRun.OfAsync(["updates", "history"], socket: agent.Socket)).Out;
        all.ShouldContain("20261121-095900-9f3c   2026-11-21 10:59:00   ada   security   succeeded   2         1 package changed");
        all.ShouldContain("2026-11-21 06:31:00   ada (1000)   failed   bash 2     apt upgrade");
        var one = await CliRun.OfAsync(["updates", "history", Done.Id], socket: agent.Socket);
        one.Out.ShouldContain("Setting up systemd ?[31m");
        var none = await CliRun.OfAsync(["updates", "history", "b"], socket: agent.Socket);
        (none.ExitCode, none.Error.Contains("no update b is known on this host", StringComparison.Ordinal)).ShouldBe((ExitCodes.Failed, true));
    }

    private async Task AnswerAsync(HttpContext http)
    {
        byte[] body = (http.Request.Method, http.Request.Path.Value) switch
        {
            ("POST", "/v1/updates/runs") when _refuses is not null => Refused(http),
            ("POST", "/v1/updates/runs") => await BeginAsync(http),
            ("GET", "/v1/updates/runs") => JsonSerializer.SerializeToUtf8Bytes(
                new UpdateHistory([_looks.Count > 1 ? _looks.Dequeue() : _looks.Peek()], null) { Apt = [ByHand] }, ControlJsonContext.Default.UpdateHistory),
            ("POST", "/v1/updates/pending") => JsonSerializer.SerializeToUtf8Bytes(Pending, ControlJsonContext.Default.PendingStatus),
            _ => JsonSerializer.SerializeToUtf8Bytes(new UpdateLog("Setting up systemd \u001b[31m\n"), ControlJsonContext.Default.UpdateLog),
        };
        await http.Response.Body.WriteAsync(body);
    }

    private async Task<byte[]> BeginAsync(HttpContext http)
    {
        _wishes.Add((await JsonSerializer.DeserializeAsync(http.Request.Body, ControlJsonContext.Default.UpdateWish))!);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        bool repairs = _repairs && _wishes[^1].Repair;
        return JsonSerializer.SerializeToUtf8Bytes(Done with { Repairs = repairs, Phase = UpdateRunPhase.Begun, Changes = null, Message = "about to be started" }, ControlJsonContext.Default.UpdateRun);
    }

    private byte[] Refused(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status409Conflict;
        return JsonSerializer.SerializeToUtf8Bytes(new ErrorResponse(_refuses!), ControlJsonContext.Default.ErrorResponse);
    }

    private static PendingStatus Pending { get; } = new()
    {
        LookedAt = FixedTime.Now,
        Seconds = 1,
        Updates = new PendingUpdates { Family = "apt", Packages = [Package("systemd") with { Security = true }, Package("zip"), Package("held") with { KeptBack = KeptBackReason.Held }] },
        Reboot = new RebootNeed(false, []),
        Hazard = new Hazard(HazardState.Hazard, "Updating systemd restarts systemd-networkd.", ["systemd"]),
    };

    private static PendingPackage Package(string name) => new()
    {
        Name = name,
        Architecture = "amd64",
        Installed = "1",
        Candidate = "2",
        Origins = [],
        Security = false,
        KeptBack = KeptBackReason.None,
    };
}
