using NodeGuard.Agent.Guarding;
using NodeGuard.Agent.Metrics;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Systemd;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Guarding;

/// <summary>One look at prevention on a host made of files.</summary>
public sealed class PreventionPassTests : IDisposable
{
    private const string NetworkFile = "/etc/systemd/network/10-eth.network";
    private const string Global = "/run/systemd/networkd.conf.d/zz-nodeguard.conf";
    private const string PerLink = "/run/systemd/network/10-eth.network.d/zz-nodeguard.conf";

    private readonly TemporaryDirectory _root = new();
    private readonly ManualTime _time = new();
    private readonly PreventionPass _pass;

    public PreventionPassTests()
    {
        _pass = new PreventionPass(new HostRoot(_root.Path), _time);
        Write("/usr/lib/systemd/system/systemd-networkd.service", "[Service]\n");
        Write(NetworkFile, "[Match]\nName=eth*\n");
    }

    [Fact]
    public void RuntimeWritesTheGlobalAndThePerLinkDropInOnce()
    {
        InstallSystemd();

        PreventionResult first = Pass(HardenMode.Runtime, foreign: true);
        PreventionResult second = Pass(HardenMode.Runtime, foreign: true);

        first.State.ShouldBe(HardeningState.Applied);
        first.Problems.ShouldBeEmpty();
        Written().ShouldBe([PerLink, Global], ignoreOrder: true);
        first.Changes.Count.ShouldBe(2);
        second.Changes.ShouldBeEmpty();
        second.State.ShouldBe(HardeningState.Applied);
    }

    [Fact]
    public void ObservingWritesNothingAndTakesNothingAway()
    {
        InstallSystemd();
        Pass(null, foreign: true).State.ShouldBe(HardeningState.Off);
        Written().ShouldBeEmpty();

        Pass(HardenMode.Runtime, foreign: true);
        Pass(null, foreign: true).Changes.ShouldBeEmpty();
        Written().Count.ShouldBe(2);
    }

    [Fact]
    public void OffTakesAwayWhatAnEarlierRuntimeModeWroteAndNoMore()
    {
        InstallSystemd();
        Pass(HardenMode.Runtime, foreign: true);
        Write("/run/systemd/network/10-eth.network.d/site.conf", "[Network]\n");

        PreventionResult off = Pass(HardenMode.Off, foreign: true);

        off.State.ShouldBe(HardeningState.Off);
        off.Changes.Count.ShouldBe(2);
        Written().ShouldBe(["/run/systemd/network/10-eth.network.d/site.conf"]);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void AnUnknownVersionIsAProblemAndNothingIsWritten()
    {
        PreventionResult result = Pass(HardenMode.Runtime, foreign: true);

        result.State.ShouldBe(HardeningState.Unknown);
        result.Problems.ShouldHaveSingleItem().ShouldContain("version is unknown");
        Written().ShouldBeEmpty();
    }

    [Fact]
    public void TheVersionOnTheBusServesWhereFilesDoNotTellIt()
    {
        Pass(HardenMode.Runtime, foreign: true, managerVersion: "257.13-1~deb13u1").State.ShouldBe(HardeningState.Applied);
        Written().Count.ShouldBe(2);
    }

    [Fact]
    public void AHostWithoutNetworkdGetsNoFilesAndHasNoProblem()
    {
        File.Delete(_root.Path + "/usr/lib/systemd/system/systemd-networkd.service");

        PreventionResult result = Pass(HardenMode.Runtime, foreign: true, running: false);

        result.State.ShouldBe(HardeningState.Off);
        result.Problems.ShouldBeEmpty();
        Written().ShouldBeEmpty();
    }

    [Fact]
    [Trait("Invariant", "9")]
    public void ANetworkdThatIsMerelyStoppedKeepsTheDropInsOfItsLinks()
    {
        InstallSystemd();
        Write("/etc/systemd/system/multi-user.target.wants/systemd-networkd.service", "");
        Pass(HardenMode.Runtime, foreign: true);

        Pass(HardenMode.Runtime, foreign: false, running: false).Changes.ShouldBeEmpty();

        Written().Count.ShouldBe(2);
    }

    [Fact]
    public void ALinkThatStaysAwayTakesItsDropInAlong()
    {
        InstallSystemd();
        Pass(HardenMode.Runtime, foreign: true);

        PassWithoutLinks().Changes.ShouldBeEmpty();
        _pass.WaitsToRemove.ShouldBeTrue();
        _time.Advance(TimeSpan.FromSeconds(10));
        PassWithoutLinks().Changes.ShouldHaveSingleItem().ShouldContain(PerLink);

        Written().ShouldBe([Global]);
        PassWithoutLinks();
        _pass.WaitsToRemove.ShouldBeFalse();
    }

    [Fact]
    [Trait("Invariant", "2")]
    public void ALinkWhoseStateFileIsAwayWhileNetworkdRestartsKeepsItsDropIn()
    {
        InstallSystemd();
        Pass(HardenMode.Runtime, foreign: true);

        for (int restart = 0; restart < 3; restart++)
        {
            PassWithoutLinks().Changes.ShouldBeEmpty();
            _time.Advance(TimeSpan.FromSeconds(9));
            Pass(HardenMode.Runtime, foreign: true).Changes.ShouldBeEmpty();
        }

        Written().Count.ShouldBe(2);
    }

    [Fact]
    public void WhatAPersonSaidOtherwiseIsAProblemAndIsLeft()
    {
        InstallSystemd();
        Write(NetworkFile, "[Match]\nName=eth*\n[Network]\nKeepConfiguration=no\n");

        PreventionResult result = Pass(HardenMode.Runtime, foreign: true);

        result.State.ShouldBe(HardeningState.Partial);
        result.Problems.ShouldHaveSingleItem().ShouldContain($"{NetworkFile}:4");
        Written().ShouldBe([Global]);
    }

    public void Dispose() => _root.Dispose();

    private PreventionResult Pass(HardenMode? mode, bool foreign, bool running = true, string? managerVersion = null) =>
        Apply(mode, View(running), foreign, managerVersion);

    private PreventionResult Apply(HardenMode? mode, NetworkdView view, bool foreign, string? managerVersion)
    {
        PreventionInput input = _pass.Read(mode, view, managerVersion, static _ => "eth0");
        PreventedLink[]? links = input.Links?.Select(link => link with { CarriesForeignObjects = foreign }).ToArray();
        return _pass.Apply(mode, input with { Links = links }, view.Process is not null);
    }

    private PreventionResult PassWithoutLinks() => Apply(HardenMode.Runtime, View(true) with { Links = [] }, foreign: false, null);

    private static NetworkdView View(bool running) => new()
    {
        Process = running ? new NetworkdProcess(7, "seven") : null,
        Links = [new NetworkdLink(1, "unmanaged", null), new NetworkdLink(2, "configured", NetworkFile)],
    };

    private void InstallSystemd() => Write("/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-257.so", "elf");

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.Path + path)!);
        File.WriteAllText(_root.Path + path, content);
    }

    private List<string> Written() => Directory.Exists(_root.Path + "/run")
        ? [.. Directory.EnumerateFiles(_root.Path + "/run", "*", SearchOption.AllDirectories).Select(path => path[_root.Path.Length..])]
        : [];
}
