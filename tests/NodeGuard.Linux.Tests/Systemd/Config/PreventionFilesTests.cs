using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd.Config;

public sealed class PreventionFilesTests
{
    private const string Network = "/etc/systemd/network/10-eth0.network";

    [Theory]
    [InlineData(HardenMode.Runtime, 2)]
    [InlineData(HardenMode.Persistent, 3)]
    [Trait("Invariant", "8")]
    public void WhatIsWrittenIsReadInEffectAndUndoneWithoutATrace(HardenMode mode, int files)
    {
        using var host = Host();
        var before = host.Files();

        Apply(host, mode).ShouldAllBe(outcome => outcome.Change == FileChange.Written);
        new PreventionFiles(host.Root).Find().Count.ShouldBe(files);
        var reader = new NetworkdConfReader(host.Root);
        reader.ReadGlobal(null).FindBoolean("Network", "ManageForeignNextHops").Value.ShouldBe("no");
        KeepConfiguration.Find(reader.ReadNetwork(Network)).Value.ShouldBe("static");
        Apply(host, mode).ShouldBeEmpty();

        Apply(host, HardenMode.Undo).Count.ShouldBe(files);
        host.Files().Except(before).ShouldBe(Parents(host), ignoreOrder: true);
    }

    [Fact]
    public void FilesAndDirectoriesAreReadableForNetworkdWhateverTheUmask()
    {
        using var host = Host();
        Apply(host, HardenMode.Runtime);

        var file = host.Map(PreventionFile.RuntimeGlobal);
        ((int)File.GetUnixFileMode(file)).ShouldBe(Convert.ToInt32("644", 8));
        ((int)File.GetUnixFileMode(Path.GetDirectoryName(file)!)).ShouldBe(Convert.ToInt32("755", 8));
    }

    [Fact]
    public void AFileThatAppearedAfterThePlanIsLeftAlone()
    {
        using var host = Host();
        var plan = PreventionPlanner.Plan(Input(host, HardenMode.Runtime));
        host.With(PreventionFile.RuntimeGlobal, "[Network]\n");

        var outcomes = new PreventionFiles(host.Root).Apply(plan);

        outcomes.Single(outcome => outcome.Change == FileChange.Refused).Path.ShouldBe(PreventionFile.RuntimeGlobal);
        File.ReadAllText(host.Map(PreventionFile.RuntimeGlobal)).ShouldBe("[Network]\n");
        outcomes.Count(outcome => outcome.Change == FileChange.Written).ShouldBe(1);
    }

    [Fact]
    public void AFileThatCannotBeWrittenIsAnOutcomeWithAReason()
    {
        using var host = Host();
        // A file where the directory should be: fails for root as well.
        host.With("/run/systemd/networkd.conf.d", "in the way");

        var outcome = Apply(host, HardenMode.Runtime).Single(outcome => outcome.Path == PreventionFile.RuntimeGlobal);

        outcome.Change.ShouldBe(FileChange.Refused);
        outcome.Reason!.ShouldContain(PreventionFile.RuntimeGlobal);
        host.Files().ShouldNotContain(path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Invariant", "8")]
    public void ATemporaryFileOfACrashedWriteIsTakenOverAndGone()
    {
        using var host = Host().With("/run/systemd/networkd.conf.d/.zz-nodeguard.conf.tmp", "# Writ");

        Apply(host, HardenMode.Runtime).ShouldAllBe(outcome => outcome.Change == FileChange.Written);

        host.Files().ShouldNotContain(path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void AFileOfADifferentOwnerIsNotFollowedThroughALink()
    {
        using var host = Host().With("/etc/precious", "keep").Linked(PreventionFile.RuntimeGlobal, "/etc/precious");

        Apply(host, HardenMode.Runtime);

        File.ReadAllText(host.Map("/etc/precious")).ShouldBe("keep");
    }

    // The folders above the drop-in folders stay: other packages use them.
    private static string[] Parents(FixtureRoot host) =>
        [.. new[] { "/run", "/run/systemd", "/run/systemd/network" }.Where(path => Directory.Exists(host.Map(path)))];

    private static FixtureRoot Host() =>
        new FixtureRoot()
            .With(Network, "[Match]\nName=eth0\n")
            .With("/usr/sbin/needrestart", "#")
            .With("/etc/needrestart/conf.d/README", "-");

    private static PreventionInput Input(FixtureRoot host, HardenMode mode) => new()
    {
        Mode = mode,
        Version = new SystemdVersion(257, 13),
        Networkd = new NetworkdConfReader(host.Root).ReadGlobal(new SystemdVersion(257, 13)),
        Links =
        [
            new PreventedLink
            {
                Index = 2,
                Name = "eth0",
                NetworkFile = Network,
                Config = new NetworkdConfReader(host.Root).ReadNetwork(Network),
                CarriesForeignObjects = true,
            },
        ],
        Existing = new PreventionFiles(host.Root).Find(),
        NeedrestartInstalled = host.Root.Exists("/usr/sbin/needrestart"),
    };

    private static IReadOnlyList<FileOutcome> Apply(FixtureRoot host, HardenMode mode) =>
        new PreventionFiles(host.Root).Apply(PreventionPlanner.Plan(Input(host, mode)));
}
