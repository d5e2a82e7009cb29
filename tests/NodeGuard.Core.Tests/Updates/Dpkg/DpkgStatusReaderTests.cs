using System.Text;
using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Dpkg;

public sealed class DpkgStatusReaderTests
{
    private const string Good = """
        Package: systemd
        Status: install ok installed
        Essential: no
        Architecture: amd64
        Version: 252.39-1~deb12u1
        Conffiles:
         /etc/systemd/networkd.conf 38ac4c5fb2b1a04cb2ae3b5cb3d2b8c1
        Description: system and service manager
         Package: not-a-package

        Package: vim
        Status: hold ok installed
        Architecture: amd64
        Version: 2:9.0.1378-2

        Package: libfoo1
        Status: install reinstreq half-installed
        Architecture: i386
        Version: 1.0-1

        Package: gone
        Status: deinstall ok config-files
        Architecture: all
        Version: 3

        Package: selected
        Status: install ok not-installed

        """;

    [Fact]
    public void Packages_are_read_with_wish_and_state()
    {
        var status = Read(Good + "\n");

        status.Problems.ShouldBeEmpty();
        status.Packages.Select(package => $"{package.Name}:{package.Architecture} {package.Version} {package.Wish} {package.State} {package.IsHalfDone}").ShouldBe(
        [
            "systemd:amd64 252.39-1~deb12u1 Install Installed False",
            "vim:amd64 2:9.0.1378-2 Hold Installed False",
            "libfoo1:i386 1.0-1 Install HalfInstalled True",
            "gone:all 3 Deinstall ConfigFiles False",
        ]);
    }

    [Fact]
    public void A_file_that_ends_in_the_middle_is_told_and_what_came_before_is_kept()
    {
        var status = Read(Good[..Good.IndexOf("hold ok", StringComparison.Ordinal)]);

        status.Packages.ShouldHaveSingleItem().Name.ShouldBe("systemd");
        status.Problems.ShouldContain(problem => problem.Contains("torn", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Package: ../../etc\nStatus: install ok installed\nVersion: 1\n", "no name of a package")]
    [InlineData("Package: a b\nStatus: install ok installed\nVersion: 1\n", "no name of a package")]
    [InlineData("Package: ok1\nStatus: install ok installed\nVersion: 1;reboot\n", "no Debian version")]
    [InlineData("Package: ok1\nStatus: install ok installed\nArchitecture: amd64/..\nVersion: 1\n", "no architecture")]
    [InlineData("Package: ok1\nStatus: install ok\nVersion: 1\n", "no status of ok1")]
    [InlineData("Package: ok1\nStatus: install ok installed\n", "has no Version")]
    [InlineData("Package: ok1\nVersion: 1\n", "has no Status")]
    [InlineData("Version: 1\n", "names no package")]
    public void A_bad_entry_is_told_and_costs_no_other(string bad, string why)
    {
        var status = Read($"{bad}\nPackage: good\nStatus: install ok installed\nVersion: 1\n");

        status.Packages.ShouldHaveSingleItem().Name.ShouldBe("good");
        status.Problems.ShouldHaveSingleItem().ShouldContain(why);
    }

    [Fact]
    public void Entries_of_an_image_without_dpkg_count_as_installed()
    {
        var status = DpkgStatusReader.Read("Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\n"u8, assumeInstalled: true);

        status.Packages.ShouldHaveSingleItem().State.ShouldBe(PackageState.Installed);
    }

    [Fact]
    public void Whatever_is_in_the_file_nothing_is_thrown_and_good_entries_around_it_are_kept()
    {
        var random = new Random(11);
        var guard = Encoding.UTF8.GetBytes("\n\nPackage: guard\nStatus: install ok installed\nVersion: 1\n\n");
        for (var i = 0; i < FuzzScale.Cases(2000); i++)
        {
            var bytes = Encoding.UTF8.GetBytes(Good);
            for (var change = random.Next(1, 8); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var cut = bytes[..random.Next(bytes.Length)];

            var status = DpkgStatusReader.Read([.. guard, .. cut, .. guard]);

            status.Packages.Count(package => package.Name == "guard").ShouldBe(2);
            status.Problems.Count.ShouldBeLessThan(20);
        }
    }

    [Fact]
    public void A_file_of_absurd_lines_is_read_in_bounded_words()
    {
        var status = Read($"Package: {new string('a', 5_000_000)}\nStatus: {new string('b', 5_000_000)}\n\n");

        status.Packages.ShouldBeEmpty();
        status.Problems.ShouldHaveSingleItem().Length.ShouldBeLessThan(400);
    }

    private static DpkgStatus Read(string text) => DpkgStatusReader.Read(Encoding.UTF8.GetBytes(text));
}
