using NodeGuard.Core.Updates.Apt;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Apt;

public sealed class AptSimulationReaderTests
{
    internal const string Upgrade = """
        NOTE: This is only a simulation!
              apt-get needs root privileges for real execution.
        Reading package lists...
        Building dependency tree...
        Reading state information...
        Calculating upgrade...
        The following packages have been kept back:
           linux-image-amd64 (6.1.90-1 => 6.1.99-1)
           vim:i386 (2:9.0-1 => 2:9.0-2)
        The following packages will be upgraded:
           libc6 (2.36-9 => 2.36-9+deb12u7)
           systemd (252.26-1~deb12u2 => 252.39-1~deb12u1)
        2 upgraded, 1 newly installed, 0 to remove and 2 not upgraded.
        Inst libc6 [2.36-9] (2.36-9+deb12u7 Debian:12.6/stable, Debian-Security:12/stable-security [amd64]) []
        Inst libnew (1:1.0 localhost [amd64])
        Inst systemd [252.26-1~deb12u2] (252.39-1~deb12u1 Debian:12.6/stable [amd64]) [udev:amd64 ]
        Conf libc6 (2.36-9+deb12u7 Debian:12.6/stable [amd64])
        Conf libnew (1:1.0 localhost [amd64])
        Conf systemd (252.39-1~deb12u1 Debian:12.6/stable [amd64])
        """;

    [Fact]
    public void What_apt_would_install_and_what_it_keeps_back_is_read()
    {
        var answer = AptSimulationReader.Read(Upgrade);

        answer.Problems.ShouldBeEmpty();
        answer.Installs.ShouldBe(
        [
            new SimulatedInstall("libc6", "amd64", "2.36-9", "2.36-9+deb12u7"),
            new SimulatedInstall("libnew", "amd64", null, "1:1.0"),
            new SimulatedInstall("systemd", "amd64", "252.26-1~deb12u2", "252.39-1~deb12u1"),
        ]);
        answer.KeptBack.ShouldBe(["linux-image-amd64", "vim:i386"]);
        answer.Removals.ShouldBeEmpty();
    }

    [Fact]
    public void Removals_and_names_in_one_line_are_read()
    {
        var answer = AptSimulationReader.Read("""
            The following packages have been kept back:
              a0 b0
              c0
            The following upgrades have been deferred due to phasing:
              d0
            0 upgraded, 0 newly installed, 1 to remove and 4 not upgraded.
            Remv old:i386 [1.0]
            """);

        answer.Problems.ShouldBeEmpty();
        answer.KeptBack.ShouldBe(["a0", "b0", "c0"]);
        answer.Phased.ShouldBe(["d0"]);
        answer.Removals.ShouldBe(["old:i386"]);
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("")]
    [InlineData("Reading package lists...\nE: Unmet dependencies. Try 'apt --fix-broken install' with no packages (or specify a solution).\n")]
    [InlineData("Inst libc6 [2.36-9] (2.36-10 Debian:12/stable [amd64])\n")]
    public void An_answer_that_breaks_off_is_not_taken_for_nothing_to_do(string output) =>
        AptSimulationReader.Read(output).Problems.ShouldHaveSingleItem().ShouldContain("broke off");

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("Inst libc6 [2.36-9] 2.36-10 Debian:12/stable [amd64]")]
    [InlineData("Inst ../etc [1] (2 Debian:12/stable [amd64])")]
    [InlineData("Inst libc6 [1] (2;reboot Debian:12/stable [amd64])")]
    [InlineData("Inst libc6 [a] (2 Debian:12/stable [amd64])")]
    public void A_line_that_is_not_understood_is_told_and_missed_in_the_count(string line)
    {
        var answer = AptSimulationReader.Read($"1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n{line}\n");

        answer.Installs.ShouldBeEmpty();
        answer.Problems.Count.ShouldBeGreaterThan(0);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void No_damage_to_an_answer_makes_an_update_vanish_unsaid()
    {
        var random = new Random(12);
        string[] lines = Upgrade.Split('\n');
        for (var i = 0; i < FuzzScale.Cases(3000); i++)
        {
            var text = string.Join('\n', lines.Where(_ => random.Next(12) > 0)).ToCharArray();
            for (var change = random.Next(3); change > 0 && text.Length > 0; change--)
                text[random.Next(text.Length)] = (char)random.Next(1, 0x250);

            var answer = AptSimulationReader.Read(text);

            if (answer.Problems.Count == 0)
                (answer.Installs.Count + answer.KeptBack.Count).ShouldBe(5, new string(text));
        }
    }
}
