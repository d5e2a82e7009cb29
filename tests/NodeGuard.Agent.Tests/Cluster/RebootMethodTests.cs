using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Agent.Cluster.Operations;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Linux.Systemd.Bus;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Cluster;

/// <summary>Reboots past the firmware, and of userspace alone: in the way that was asked for, or not at all.</summary>
public sealed class RebootMethodTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-reboot-").FullName;
    private readonly ManualTime _time = new();
    private readonly FakeHostReboot _host = new();
    private RebootNeed? _need = new(false, []);
    private string _boot = "boot-1";

    [Fact]
    public void Each_method_is_an_operation_of_the_same_name() =>
        Enum.GetNames<RebootMethod>().Except(Enum.GetNames<OperationKind>()).ShouldBeEmpty("a policy's word is handed on as the kind of the operation");

    [Fact]
    public async Task A_soft_reboot_is_done_when_userspace_is_another_and_what_ran_runs()
    {
        await BegunAsync(OperationKind.SoftReboot);
        _host.AskedFor.ShouldBe(RebootMethod.SoftReboot);
        OperationExecutor agent = Started();
        (await TurnAsync(agent, OperationKind.SoftReboot)).ShouldBe("Running: the host's userspace is being started anew");

        _host.Userspace = null;
        (await TurnAsync(agent, OperationKind.SoftReboot)).ShouldBe("Running: the host's userspace is being started anew", "what systemd does not tell is not known");
        _host.Userspace = new Userspace(9_000_000, new Dictionary<string, bool> { ["kubelet.service"] = false });
        (await TurnAsync(agent, OperationKind.SoftReboot)).ShouldBe("Running: userspace was started anew, and waits for kubelet.service");
        _host.Forgotten.ShouldBe(0);
        _host.Userspace = new Userspace(9_000_000, new Dictionary<string, bool> { ["kubelet.service"] = true });
        (await TurnAsync(agent, OperationKind.SoftReboot)).ShouldBe("Done: userspace was started anew; the kernel is the same");

        (await TurnAsync(Started(), OperationKind.SoftReboot)).ShouldBe("Done: userspace was started anew; the kernel is the same");
        (_host.Asked, _host.Forgotten).ShouldBe((1, 1));
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_soft_reboot_that_is_not_seen_or_leaves_something_behind_is_no_success()
    {
        await BegunAsync(OperationKind.SoftReboot);
        OperationExecutor agent = Started();
        _host.Userspace = new Userspace(9_000_000, new Dictionary<string, bool>());
        _time.Advance(TimeSpan.FromMinutes(11));
        (await TurnAsync(agent, OperationKind.SoftReboot)).ShouldBe(
            "Failed: userspace was started anew, and kubelet.service, active before, did not become so within 10 min: systemctl status kubelet.service");

        await BegunAsync(OperationKind.SoftReboot, "op-2");
        _time.Advance(TimeSpan.FromMinutes(11));
        (await TurnAsync(Started(), OperationKind.SoftReboot, "op-2")).ShouldStartWith("Failed: the host has not gone down within 10 min");

        await BegunAsync(OperationKind.SoftReboot, "op-3");
        (_host.Userspace, _host.NotForgotten) = (new Userspace(10_000_000, new Dictionary<string, bool>()), "no bus");
        (await TurnAsync(Started(), OperationKind.SoftReboot, "op-3")).ShouldStartWith("Failed: userspace was started anew, and /run/reboot-required, which would go on asking for it");
    }

    [Fact]
    public async Task A_host_that_went_down_whole_has_rebooted_whatever_was_asked()
    {
        await BegunAsync(OperationKind.SoftReboot);
        _boot = "boot-2";
        (await TurnAsync(Started(), OperationKind.SoftReboot)).ShouldBe("Done: the host has rebooted");

        await BegunAsync(OperationKind.Kexec, "op-2");
        _host.AskedFor.ShouldBe(RebootMethod.Kexec);
        _boot = "boot-3";
        (await TurnAsync(Started(), OperationKind.Kexec, "op-2")).ShouldBe("Done: the host has rebooted");
    }

    [Theory]
    [InlineData(OperationKind.Kexec)]
    [InlineData(OperationKind.SoftReboot)]
    public async Task What_the_host_cannot_do_is_refused_and_done_in_no_other_way(OperationKind kind)
    {
        _host.Unable = "no kernel is loaded";
        OperationExecutor agent = Started();
        for (int i = 0; i < 4; i++)
            await TurnAsync(agent, kind);

        (await TurnAsync(agent, kind)).ShouldBe("Failed: no kernel is loaded");
        _host.Asked.ShouldBe(0);
    }

    [Fact]
    public async Task A_soft_reboot_waits_for_word_of_what_is_due_and_is_refused_where_that_is_a_kernel()
    {
        _need = null;
        OperationExecutor agent = Started();
        await TurnAsync(agent, OperationKind.SoftReboot);
        (await TurnAsync(agent, OperationKind.SoftReboot)).ShouldBe("Accepted: waits: what a reboot is due for is not known yet");
        _need = new RebootNeed(true, ["the kernel"]) { BeyondUserspace = "the kernel 6.1.0-20-amd64 is installed and 6.1.0-18-amd64 runs" };

        (await TurnAsync(agent, OperationKind.SoftReboot)).ShouldBe(
            "Failed: wanted is a soft reboot, which keeps the kernel, and the kernel 6.1.0-20-amd64 is installed and 6.1.0-18-amd64 runs: say updates.rebootMethod: Reboot or Kexec");
        _host.Asked.ShouldBe(0);
        await BegunAsync(OperationKind.Kexec, "op-2");
    }

    [Theory]
    [InlineData(RebootMethod.Reboot, 1ul)]
    [InlineData(RebootMethod.Kexec, 3ul)]
    [InlineData(RebootMethod.SoftReboot, 5ul)]
    public async Task Logind_is_told_the_method_and_to_heed_its_inhibitors(RebootMethod method, ulong flags)
    {
        IReadOnlyList<BusArgument> told = [];
        var logind = new LogindReboot((_, arguments, _) =>
        {
            told = arguments;
            return Task.FromResult<BusReply>(new BusReply.Answer([]));
        });

        (await logind.RebootAsync(method, default)).ShouldBeOfType<RebootAnswer.Begun>();
        told.ShouldBe([BusArgument.UInt64(flags)]);
    }

    [Theory]
    [InlineData("1\n", null)]
    [InlineData("0\n", "and no kernel is loaded for it (/sys/kernel/kexec_loaded is 0)")]
    [InlineData(null, "and this kernel does not tell that it can")]
    public async Task A_kexec_needs_a_kernel_that_is_loaded(string? loaded, string? problem)
    {
        Directory.CreateDirectory(Path.Combine(_directory, "kernel"));
        if (loaded is not null)
            await File.WriteAllTextAsync(Path.Combine(_directory, "kernel", "kexec_loaded"), loaded);
        using var nobody = new SystemBus(new BusOptions { Matches = [], Address = "unix:path=/nonexistent/nodeguard/bus" });

        string? answer = await new HostReboot(nobody, _time, _directory).WhyNotAsync(RebootMethod.Kexec, default);

        if (problem is null)
            answer.ShouldBeNull();
        else
            answer!.ShouldContain(problem);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_systemd_that_does_not_answer_is_not_asked_for_a_soft_reboot()
    {
        using var nobody = new SystemBus(new BusOptions { Matches = [], Address = "unix:path=/nonexistent/nodeguard/bus" });
        var host = new HostReboot(nobody, _time);

        (await host.WhyNotAsync(RebootMethod.SoftReboot, default)).ShouldBe("wanted is a soft reboot, and systemd does not tell its version");
        (await host.UserspaceAsync(default)).ShouldBeNull();
        (await host.WhyNotAsync(RebootMethod.Reboot, default)).ShouldBeNull();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private OperationExecutor Started() => new(new OperationStore(_directory), _host, allowed: true, _time, NullLogger.Instance) { Need = () => _need };

    private async Task BegunAsync(OperationKind kind, string id = "op-1")
    {
        int before = _host.Asked;
        OperationExecutor agent = Started();
        for (int i = 0; i < 3; i++)
            await TurnAsync(agent, kind, id);
        _host.Asked.ShouldBe(before + 1, agent.Status?.Message);
    }

    private async Task<string> TurnAsync(OperationExecutor agent, OperationKind kind, string id = "op-1")
    {
        var asked = new GuardedOperation { Id = id, Kind = kind.ToString(), Deadline = _time.GetUtcNow() + TimeSpan.FromMinutes(30) };
        await agent.TurnAsync(asked, null, _boot, _boot, default);
        return $"{agent.Status?.State}: {agent.Status?.Message}";
    }
}
