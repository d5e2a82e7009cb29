using NodeGuard.Core.Images;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Images;

public sealed class AptHistoryReaderTests
{
    private const string Log = """

        Start-Date: 2026-11-20  06:31:02
        Commandline: /usr/bin/unattended-upgrade
        Upgrade: libssl3:amd64 (3.0.16-1~deb12u1, 3.0.17-1~deb12u2), openssl:amd64 (3.0.16-1~deb12u1, 3.0.17-1~deb12u2)
        End-Date: 2026-11-20  06:31:09

        Start-Date: 2026-11-21  09:00:00
        Commandline: apt-get -o Acquire::http::Proxy=http://joe:s3cret@proxy:3128 install tcpdump
        Requested-By: admin (1000)
        Install: libpcap0.8:amd64 (1.10.3-1, automatic), tcpdump:amd64 (4.99.3-1)
        Remove: nano:amd64 (7.2-1+deb12u1)
        Purge: vim:amd64 (2:9.0.1378-2), vim-common:amd64 (2:9.0.1378-2)
        Error: Sub-process /usr/bin/dpkg returned an error code (1)
        End-Date: 2026-11-21  09:00:04

        Start-Date: 2026-11-22  16:00:01
        Upgrade: curl:amd64 (7.88.1-10+deb12u12, 7.88.1-10+deb12u14)

        """;

    [Fact]
    public void Runs_are_read_with_who_what_and_when()
    {
        IReadOnlyList<AptRun> runs = AptHistoryReader.Read(Log);

        runs.Select(static run => run.Told).ShouldBe(
        [
            "/usr/bin/unattended-upgrade, 2026-11-20 06:31:02",
            "apt-get -o Acquire::http::Proxy=http://***@proxy:3128 install tcpdump, 2026-11-21 09:00:00, by admin (1000)",
            "apt, by a program, 2026-11-22 16:00:01",
        ]);
        runs.Select(static run => run.HasEnded).ShouldBe([true, true, false]);
        runs.Select(static run => run.Error).ShouldBe([null, "Sub-process /usr/bin/dpkg returned an error code (1)", null]);
        runs[1].Actions.Select(static action => $"{action.Action} {action.Package}:{action.Architecture} {action.Version}").ShouldBe(
            ["install libpcap0.8:amd64 1.10.3-1", "install tcpdump:amd64 4.99.3-1", "remove nano:amd64 7.2-1+deb12u1", "purge vim:amd64 2:9.0.1378-2", "purge vim-common:amd64 2:9.0.1378-2"]);
        runs[2].Actions.ShouldHaveSingleItem().Version.ShouldBe("7.88.1-10+deb12u14");
    }

    [Theory]
    [InlineData("openssl", "amd64", "3.0.17-1~deb12u2", "2026-11-20 06:31:02")]
    [InlineData("nano", "amd64", null, "2026-11-21 09:00:00")]
    [InlineData("tcpdump", "all", "4.99.3-1", "2026-11-21 09:00:00")]
    [InlineData("curl", "amd64", "7.88.1-10+deb12u14", "2026-11-22 16:00:01")]
    [InlineData("curl", "amd64", "7.88.1-10+deb12u13", null)]
    [InlineData("curl", "arm64", "7.88.1-10+deb12u14", null)]
    [InlineData("tcpdump", "amd64", null, null)]
    public void The_run_that_left_a_package_so_is_found(string package, string architecture, string? version, string? startedAt)
    {
        string? found = AptHistoryReader.LastOf(AptHistoryReader.Read(Log), package, architecture, version)?.StartedAt;

        found.ShouldBe(startedAt);
    }

    [Fact]
    public void A_text_that_begins_or_ends_in_the_middle_loses_no_whole_run()
    {
        IReadOnlyList<AptRun> whole = AptHistoryReader.Read(Log);
        for (int begin = 0; begin < Log.Length; begin++)
        {
            IReadOnlyList<AptRun> late = AptHistoryReader.Read(Log[begin..]);
            late.Select(static run => run.Told).ShouldBe(whole.Skip(whole.Count - late.Count).Select(static run => run.Told));
            AptHistoryReader.Read(Log[..begin]).Count.ShouldBeLessThanOrEqualTo(whole.Count);
        }
    }

    [Fact]
    public void Whatever_is_in_the_log_nothing_is_thrown_and_what_is_told_is_short_and_printable()
    {
        var random = new Random(16);
        for (int i = 0; i < FuzzScale.Cases(2000); i++)
        {
            char[] text = Log.ToCharArray();
            for (int change = random.Next(1, 10); change > 0; change--)
                text[random.Next(text.Length)] = random.Next(2) == 0 ? (char)random.Next(char.MaxValue) : Log[random.Next(Log.Length)];

            foreach (AptRun run in AptHistoryReader.Read(new string(text)))
            {
                run.Told.Length.ShouldBeLessThan(700);
                run.Told.Any(char.IsControl).ShouldBeFalse();
            }
        }
    }

    [Fact]
    public void An_absurd_log_is_read_in_bounds()
    {
        string many = string.Concat(Enumerable.Range(0, 5000).Select(static i => $"Start-Date: 2026-11-22  16:00:01\nCommandline: {i} {new string('x', 2000)}\nEnd-Date: y\n"));
        string wide = $"Start-Date: z\nInstall: {string.Join(", ", Enumerable.Range(0, 50_000).Select(static i => $"p{i}:amd64 (1)"))}\n";

        IReadOnlyList<AptRun> runs = AptHistoryReader.Read(many + wide);

        runs.Count.ShouldBe(1000);
        runs[^1].Actions.Count.ShouldBe(20_000);
        runs[0].CommandLine!.Length.ShouldBeLessThan(420);
    }
}
