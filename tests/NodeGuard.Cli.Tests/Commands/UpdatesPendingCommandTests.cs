using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Hosting.Http;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Commands;

public sealed class UpdatesPendingCommandTests
{
    private static readonly PendingStatus Quiet = new()
    {
        LookedAt = FixedTime.Now.AddMinutes(-3),
        Seconds = 4.2,
        Updates = new PendingUpdates { Family = "apt", Packages = [], ListsFrom = FixedTime.Now.AddHours(-7) },
        Reboot = new RebootNeed(false, []),
        StaleServices = [],
        Hazard = new Hazard(HazardState.None, "Nothing pending restarts systemd-networkd.", []),
    };

    private static readonly PendingStatus Exposed = Quiet with
    {
        Updates = Quiet.Updates with
        {
            Packages =
            [
                Package("bash", "5.2.15-2+b7", "5.2.15-2+b13", KeptBackReason.Phased) with { PhasedPercentage = 20, Why = "the archive gives it to 20 % of all hosts so far" },
                Package("libnew1", null, "1.0", KeptBackReason.None),
                Package("systemd", "252.39-1~deb12u1", "252.39-1~deb12u2", KeptBackReason.None) with { Security = true, Unattended = true, Origins = ["Debian-Security oldstable-security"] },
                Package("unzip", "6.0-27", "6.0-28+deb12u1", KeptBackReason.Held) with { Why = "it is on hold; lift that with apt-mark unhold unzip", Unattended = false },
            ],
        },
        Reboot = new RebootNeed(true, ["/run/reboot-required names linux-base"]),
        StaleServices = [.. Enumerable.Range(1, 7).Select(number => new StaleService($"s{number}.service", ["/usr/lib/libc.so.6"]))],
        Hazard = new Hazard(HazardState.Hazard, "Updating systemd restarts systemd-networkd, which would delete 12 foreign rules.", ["systemd"]),
    };

    private static readonly PendingStatus Unknown = Quiet with
    {
        Updates = new PendingUpdates { Family = "apt", Interrupted = "dpkg broke off: zip is half-configured; repair it with dpkg --configure -a", Problems = ["first problem", "second problem"] },
        Reboot = new RebootNeed(null, ["whether /run/reboot-required is there is not known"]),
        StaleServices = null,
        Hazard = new Hazard(HazardState.Unknown, "What is pending could not be told: first problem.", []),
    };

    [Theory]
    [InlineData("table")]
    [InlineData("wide")]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task It_tells_packages_hazard_reboot_and_old_code(string format)
    {
        await using var agent = await AgentAsync(Exposed);

        var run = await CliRun.OfAsync(["updates", "pending", "-o", format], socket: agent.Socket);

        run.ExitCode.ShouldBe(ExitCodes.Failed, "a hazard");
        run.Error.ShouldBeEmpty();
        GoldenFile.ShouldHold($"updates-pending.{format}.txt", run.Out);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task What_is_unknown_is_said_with_its_reason_and_is_a_failure()
    {
        await using var agent = await AgentAsync(Unknown);

        var run = await CliRun.OfAsync(["updates", "pending"], socket: agent.Socket);

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        GoldenFile.ShouldHold("updates-pending-unknown.table.txt", run.Out);
    }

    [Fact]
    public async Task Nothing_pending_is_success()
    {
        await using var agent = await AgentAsync(Quiet);

        var run = await CliRun.OfAsync(["updates", "pending"], socket: agent.Socket);

        run.ExitCode.ShouldBe(ExitCodes.Ok);
        run.Out.ShouldContain("0 to upgrade (0 security), 0 new, 0 kept back");
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData(HazardState.Unknown, true, false, 1)]
    [InlineData(HazardState.Hazard, true, false, 1)]
    [InlineData(HazardState.None, false, false, 1)]
    [InlineData(HazardState.None, true, true, 1)]
    [InlineData(HazardState.None, true, false, 0)]
    public async Task Its_exit_status_is_0_only_where_all_is_known_and_harmless(HazardState hazard, bool known, bool interrupted, int exit)
    {
        await using var agent = await AgentAsync(Quiet with
        {
            Hazard = new Hazard(hazard, "For a reason.", []),
            Updates = new PendingUpdates { Packages = known ? [] : null, Interrupted = interrupted ? "dpkg broke off" : null },
        });

        (await CliRun.OfAsync(["updates", "pending", "-o", "json"], socket: agent.Socket)).ExitCode.ShouldBe(exit);
    }

    [Theory]
    [InlineData("POST", "updates", "pending", "--now")]
    [InlineData("GET", "updates", "pending")]
    public async Task Now_asks_the_tools_and_without_it_the_last_look_is_told(string method, params string[] arguments)
    {
        string? asked = null;
        await using var agent = await AgentAsync(Quiet, http => asked = http.Request.Method);

        await CliRun.OfAsync(arguments, socket: agent.Socket);

        asked.ShouldBe(method);
    }

    [Fact]
    public async Task Without_an_agent_it_says_how_to_start_it()
    {
        var run = await CliRun.OfAsync(["updates", "pending"]);

        run.ExitCode.ShouldBe(ExitCodes.AgentUnreachable);
        run.Error.ShouldContain("systemctl start nodeguard-agent");
        run.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_older_agent_is_told_from_one_where_nothing_is_pending()
    {
        await using var agent = await AgentServer.StartAsync(new FakeGuard());

        var run = await CliRun.OfAsync(["updates", "pending"], socket: agent.Socket);

        run.ExitCode.ShouldNotBe(ExitCodes.Ok);
        run.Error.ShouldContain("older than this program");
        run.Error.ShouldContain("systemctl restart nodeguard-agent");
    }

    [Fact]
    public async Task What_an_archive_puts_into_names_does_not_reach_the_terminal()
    {
        await using var agent = await AgentAsync(Exposed with
        {
            Updates = Exposed.Updates with { Packages = [Package("\u001b[2Jx", "1", "2", KeptBackReason.None) with { Origins = ["\u001b]0;title\u0007"] }] },
        });

        var run = await CliRun.OfAsync(["updates", "pending"], socket: agent.Socket, width: 200);

        run.Out.ShouldNotContain("\u001b[2J");
        run.Out.ShouldNotContain("\u001b]0");
    }

    [Fact]
    public async Task List_shows_what_is_pending_below_the_units()
    {
        var status = new UpdatesStatus { Mode = HoldMode.Hold, Released = false, Permit = false, Problems = [], Units = [], Pending = Exposed };
        await using var agent = await AgentServer.StartAsync(http => WriteAsync(http, status, ControlJsonContext.Default.UpdatesStatus));

        var run = await CliRun.OfAsync(["updates", "list"], socket: agent.Socket);

        run.Out.ShouldContain("Updating systemd restarts systemd-networkd");
    }

    [Fact]
    public async Task Status_shows_the_hazard()
    {
        await using var agent = await AgentServer.StartAsync(http =>
            WriteAsync(http, Samples.Status with { Hazard = Exposed.Hazard }, ControlJsonContext.Default.GuardStatus));

        var run = await CliRun.OfAsync(["status"], socket: agent.Socket);

        run.Out.ShouldContain("Updating systemd restarts systemd-networkd");
    }

    private static PendingPackage Package(string name, string? installed, string candidate, KeptBackReason reason) => new()
    {
        Name = name,
        Architecture = "amd64",
        Installed = installed,
        Candidate = candidate,
        Origins = ["Debian oldstable"],
        Security = false,
        KeptBack = reason,
    };

    /// <summary>An agent of which this is pending.</summary>
    private static Task<AgentServer> AgentAsync(PendingStatus status, Action<HttpContext>? asked = null) => AgentServer.StartAsync(async http =>
    {
        asked?.Invoke(http);
        if (http.Request.Path == "/v1/updates/pending")
        {
            await WriteAsync(http, status, ControlJsonContext.Default.PendingStatus);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
        await WriteAsync(http, new ErrorResponse("not here"), ControlJsonContext.Default.ErrorResponse);
    });

    private static Task WriteAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type)
    {
        http.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(http.Response.Body, value, type, http.RequestAborted);
    }
}
