using NodeGuard.Core.Updates.Rpm;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Rpm;

/// <summary>What is torn, hostile or damaged; what real tools say is in NodeGuard.Linux.Tests.</summary>
public sealed class RpmReaderTests
{
    private const string Table = """
        Dependencies resolved.
        ================================================================================
         Package             Arch    Version          Repo       Size
        ================================================================================
        Installing:
         newname             noarch  1.0-1            updates   5.5 k
             replacing  oldname.noarch 1.0-1
        Upgrading:
         alpha               x86_64  1.1-1.fc40       updates   5.4 k
         epochal             x86_64  1:2.1-1          updates   5.4 k
        Downgrading:
         older               noarch  0.9-1            updates   5.4 k
        Removing dependent packages:
         gone                noarch  1.0-1            @System   0
        Skipping packages with conflicts:
        (add '--best --allowerasing' to command line to force their upgrade):
         clashing            noarch  2.0-1            updates   5.4 k
        Skipping packages with broken dependencies:
         needy               noarch  2.0-1            updates   5.4 k

        Transaction Summary
        ================================================================================
        Install    1 Package
        Upgrade    2 Packages
        Downgrade  1 Package
        Remove     1 Package
        Skip       2 Packages

        Total download size: 93 k
        Operation aborted.

        """;

    private const string Summary = """
        <?xml version='1.0'?>
        <stream>
        <message type="info">Loading repository data...</message>
        <install-summary download-size="1" packages-to-change="3">
        <to-upgrade>
        <solvable type="package" name="alpha" edition="1.1-1" arch="x86_64" repository="Main Repository (OSS)" edition-old="1.0-1"><description>d</description></solvable>
        <solvable type="patch" name="openSUSE-2024-1" edition="1" arch="noarch" repository="updates"/>
        </to-upgrade>
        <to-downgrade><solvable type="package" name="older" edition="0.9-1" arch="noarch" repository="updates"/></to-downgrade>
        <to-remove><solvable type="package" name="gone" edition="1-1" arch="noarch" repository="@System"/></to-remove>
        </install-summary>
        </stream>
        """;

    [Fact]
    public void A_transaction_of_dnf_is_read_section_by_section()
    {
        RpmTransaction read = DnfTransactionReader.Read(Table);

        read.Problems.ShouldBeEmpty();
        read.Coming.Select(Line).ShouldBe(["newname.noarch 1.0-1 updates", "alpha.x86_64 1.1-1.fc40 updates", "epochal.x86_64 1:2.1-1 updates", "older.noarch 0.9-1 updates"]);
        read.Going.ShouldBe(["oldname", "gone"]);
        read.Skipped.Select(package => package.Name).ShouldBe(["clashing", "needy"]);
    }

    [Fact]
    public void A_summary_of_zypper_is_read_without_its_patches()
    {
        RpmTransaction read = ZypperReader.ReadSummary(Summary);

        read.Problems.ShouldBeEmpty();
        read.Coming.Select(Line).ShouldBe(["alpha.x86_64 1.1-1 Main Repository (OSS)", "older.noarch 0.9-1 updates"]);
        read.Going.ShouldBe(["gone"]);
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("")]
    [InlineData("pkg|alpha|0|1.0|1|x86_64")]
    [InlineData("pkg|alpha|0|1.0|1\n")]
    [InlineData("pkg|--root=/|0|1.0|1|x86_64\n")]
    [InlineData("pkg|../../etc|0|1.0|1|x86_64\n")]
    [InlineData("pkg|alpha|x|1.0|1|x86_64\n")]
    [InlineData("pkg|alpha|0|1.0;reboot|1|x86_64\n")]
    [InlineData("pkg|alpha|0|1.0|1|x86_64|updates\n")]
    [InlineData("pkg|gpg-pubkey|0|1|1|(none)\n")]
    [InlineData("error: rpmdb open failed\n")]
    public void What_is_no_list_of_installed_packages_is_told(string output) => RpmRowReader.ReadInstalled(output).Problems.ShouldHaveSingleItem();

    [Fact]
    public void Keys_are_no_packages() =>
        RpmRowReader.ReadInstalled("pkg|gpg-pubkey|0|18b8e74c|62f2920f|(none)\npkg|alpha|1|1.0|1|x86_64\n").ShouldSatisfyAllConditions(
            read => read.Problems.ShouldBeEmpty(),
            read => read.Packages.ShouldBe([new RpmPackage("alpha", "x86_64", "1:1.0-1")]));

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("")]
    [InlineData("Error: Cache-only enabled but no cache for 'base'\n")]
    [InlineData("Upgrading:\n alpha x86_64 1.1-1 updates 5.4 k\n")]
    [InlineData("Upgrading:\n alpha x86_64 1.1-1 updates 5.4 k\nTransaction Summary\nUpgrade  2 Packages\n")]
    [InlineData("Upgrading:\n alpha x86_64\n       1.1-1 updates 5.4 k\nTransaction Summary\nUpgrade  1 Package\n")]
    [InlineData("Aufwerten:\n alpha x86_64 1.1-1 updates 5.4 k\nTransaction Summary\nUpgrade  1 Package\n")]
    public void A_transaction_that_does_not_agree_with_its_count_is_told(string output) => DnfTransactionReader.Read(output).Problems.ShouldNotBeEmpty();

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("")]
    [InlineData("<?xml version='1.0'?><stream></stream>")]
    [InlineData("<stream><install-summary packages-to-change=\"1\"></install-summary></stream>")]
    [InlineData("<stream><install-summary></install-summary></stream>")]
    [InlineData("<stream><message type=\"error\">System management is locked</message><install-summary packages-to-change=\"0\"/></stream>")]
    [InlineData("<!DOCTYPE s [<!ENTITY a \"aaaa\">]><stream><install-summary packages-to-change=\"0\"/></stream>")]
    public void What_is_no_whole_summary_of_zypper_is_told(string output) => ZypperReader.ReadSummary(output).Problems.ShouldNotBeEmpty();

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{\"id\":\"a\"}]")]
    [InlineData("[{\"id\":\"a\",\"timestamp\":\"1\"}]")]
    [InlineData("[{\"id\":\"a\",\"timestamp\":1},{\"id\":\"b\",\"timestamp\":-1}]")]
    [InlineData("[{\"id\":\"a\",\"timest")]
    public void A_repository_that_was_never_fetched_is_told(string output) => DnfRepositories.ProblemsOf5(output).ShouldHaveSingleItem();

    [Fact]
    public void Passwords_of_repositories_are_not_told() =>
        DnfRepositories.ProblemsOf4("Repo-id : a\n", "Error: Failed to download https://me:se/cr@et@example.org/repo and http://example.org/b")
            .ShouldBe(["dnf leaves something out: Error: Failed to download https://***@example.org/repo and http://example.org/b"]);

    [Theory]
    [InlineData("# a\nlocked-0:1.0-1.*\n", "locked", true)]
    [InlineData("!other-lib-0:1.0-1.*\n", "other-lib", true)]
    [InlineData("kernel*\n", "kernel-core", true)]
    [InlineData("locked-0:1.0-1.*\n", "locked-libs", false)]
    [InlineData("", "locked", false)]
    public void Locks_of_dnf_4_are_matched_by_name(string list, string name, bool holds) => RpmLocks.OfList(list).Hold(name).ShouldBe(holds);

    [Fact]
    public void Kernels_of_SUSE_run_under_their_release_without_its_build() =>
        SuseKernels.In(new RpmPackages(
        [
            new("kernel-default", "x86_64", "6.4.0-150600.23.7.3"), new("kernel-default-devel", "x86_64", "6.4.0-150600.23.7.3"), new("kernel-azure", "x86_64", "6.9.3-1.1"),
        ], [])).ShouldBe(["6.4.0-150600.23.7-default", "6.9.3-1-azure"]);

    [Theory]
    [InlineData("Core libraries or services have been updated since boot-up:\n  * glibc\n\nReboot is required to fully utilize these updates.\n", true)]
    [InlineData("No core libraries or services have been updated since boot-up.\nReboot should not be necessary.\n", false)]
    [InlineData("", null)]
    [InlineData("No such command: needs-restarting.\n", null)]
    public void Needs_restarting_tells_by_its_words_alone(string output, bool? required) => NeedsRestarting.Read(output, "").Required.ShouldBe(required);

    [Fact]
    [Trait("Invariant", "11")]
    public void No_damage_makes_a_package_vanish_unsaid()
    {
        var random = new Random(18);
        for (var i = 0; i < FuzzScale.Cases(3000); i++)
        {
            RpmTransaction dnf = DnfTransactionReader.Read(Damaged(random, Table));
            if (dnf.Problems.Count == 0)
                (dnf.Coming.Count + dnf.Skipped.Count).ShouldBe(6);
            RpmTransaction zypper = ZypperReader.ReadSummary(Damaged(random, Summary));
            if (zypper.Problems.Count == 0)
                (zypper.Coming.Count + zypper.Going.Count).ShouldBe(3);
        }
    }

    [Fact]
    public void Nothing_that_is_read_breaks_a_reader()
    {
        var random = new Random(19);
        for (var i = 0; i < FuzzScale.Cases(2000); i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(4) == 0
                ? new[] { "pkg|", "<update kind=\"package\" ", "</stream>", "=== ", "Upgrading:\n ", "Upgrade  1 Package\n", "provide|kernel-uname-r|", "[{\"id\":" }[random.Next(8)]
                : ((char)random.Next(1, 0x250)).ToString()));
            RpmRowReader.ReadInstalled(text);
            RpmRowReader.ReadOffered(text);
            RpmRowReader.ReadSeveral(text);
            DnfTransactionReader.Read(text);
            DnfRepositories.ProblemsOf4(text, text);
            DnfRepositories.ProblemsOf5(text);
            ZypperReader.ReadUpdates(text);
            ZypperReader.ReadLocks(text);
            RpmLocks.OfList(text).Hold("a");
            RpmLocks.OfToml(text).Hold("a");
            NeedsRestarting.Read(text, text);
        }
    }

    // Whole lines in front of a count go, and letters anywhere become others.
    private static string Damaged(Random random, string whole)
    {
        string[] lines = whole.Split('\n');
        var summary = Array.IndexOf(lines, "Transaction Summary");
        var text = string.Join('\n', lines.Where((_, at) => (summary >= 0 && at > summary) || random.Next(15) > 0)).ToCharArray();
        for (var change = random.Next(3); change > 0 && text.Length > 0; change--)
            text[random.Next(text.Length)] = (char)random.Next(1, 0x250);
        return new string(text);
    }

    private static string Line(RpmPackage package) => $"{package.Name}.{package.Architecture} {package.Version} {package.Repository}";
}
