using NodeGuard.Core.Updates.Pending;
using NodeGuard.Linux.Packages;
using NodeGuard.Linux.Tests.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Packages;

public sealed class StaleServiceReaderTests : IDisposable
{
    private const string Code = "7f00-7f01 r-xp 00000000 fe:00 12  /usr/lib/libc.so.6 (deleted)\n";
    private const string Live = "7f00-7f01 r-xp 00000000 fe:00 12  /usr/lib/libc.so.6\n";

    private readonly FixtureRoot _proc = new();

    public StaleServiceReaderTests() => Process(1, Live, "0::/init.scope\n");

    public void Dispose() => _proc.Dispose();

    [Fact]
    public void Services_that_run_replaced_code_are_told_once_with_their_files()
    {
        Process(10, Code, "0::/system.slice/ssh.service\n");
        Process(11, Code + "7f00-7f01 r-xp 00000000 fe:00 13  /usr/sbin/sshd (deleted)\n", "0::/system.slice/ssh.service\n");
        Process(12, Live, "0::/system.slice/cron.service\n");
        _proc.With("/self/maps", Code).With("/version", "");

        StaleService[] found = [.. Read()!];

        found.Length.ShouldBe(1);
        found[0].Unit.ShouldBe("ssh.service");
        found[0].Files.ShouldBe(["/usr/lib/libc.so.6", "/usr/sbin/sshd"]);
    }

    [Fact]
    public void A_process_that_ends_meanwhile_and_one_without_a_unit_are_passed_over()
    {
        Process(10, Code, "0::/\n");
        _proc.With("/11/status", "Name: gone");

        Read()!.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void Where_other_processes_may_not_be_read_nothing_is_known()
    {
        using var empty = new FixtureRoot();
        empty.With("/10/maps", Live).With("/10/cgroup", "0::/system.slice/nodeguard-agent.service\n");

        new StaleServiceReader(empty.Map("")).Read(CancellationToken.None).ShouldBeNull();
        new StaleServiceReader("/nonexistent/proc").Read(CancellationToken.None).ShouldBeNull();
    }

    [Fact]
    public void However_much_there_is_the_answer_stays_bounded()
    {
        for (int i = 0; i < 250; i++)
            Process(100 + i, string.Concat(Enumerable.Range(0, 30).Select(n => Code.Replace("libc", $"lib{n}", StringComparison.Ordinal))), $"0::/system.slice/s{i}.service\n");

        StaleService[] found = [.. Read()!];

        found.Length.ShouldBe(200);
        found.ShouldAllBe(service => service.Files.Count == 20);
    }

    [Fact]
    public void It_can_be_broken_off() =>
        Should.Throw<OperationCanceledException>(() => new StaleServiceReader(_proc.Map("")).Read(new CancellationToken(canceled: true)));

    private IReadOnlyList<StaleService>? Read() => new StaleServiceReader(_proc.Map("")).Read(CancellationToken.None);

    private void Process(int id, string maps, string cgroup) => _proc.With($"/{id}/maps", maps).With($"/{id}/cgroup", cgroup);
}
