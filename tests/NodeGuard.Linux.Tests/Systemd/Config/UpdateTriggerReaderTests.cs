using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd.Config;

public sealed class UpdateTriggerReaderTests
{
    private const string Timer = "apt-daily-upgrade.timer";

    [Fact]
    public void ATimerIsEnabledWhenAWantsLinkPullsItIn()
    {
        using var host = new FixtureRoot().With($"/usr/lib/systemd/system/{Timer}", "[Timer]\n");
        new UpdateTriggerReader(host.Root).ReadTimers().ShouldHaveSingleItem().Enablement.ShouldBe(UnitEnablement.Disabled);

        host.Linked($"/etc/systemd/system/timers.target.wants/{Timer}", $"/usr/lib/systemd/system/{Timer}");
        new UpdateTriggerReader(host.Root).ReadTimers().ShouldHaveSingleItem().Enablement.ShouldBe(UnitEnablement.Enabled);
    }

    [Fact]
    public void AMaskedTimerIsDisabledThoughAWantsLinkIsLeft()
    {
        using var host = new FixtureRoot()
            .With($"/usr/lib/systemd/system/{Timer}", "[Timer]\n")
            .Linked($"/etc/systemd/system/timers.target.wants/{Timer}", $"/usr/lib/systemd/system/{Timer}")
            .Linked($"/etc/systemd/system/{Timer}", "/dev/null");

        new UpdateTriggerReader(host.Root).Enablement(Timer).ShouldBe(UnitEnablement.Disabled);
        new UpdateTriggerReader(host.Root).Enablement("other.timer").ShouldBe(UnitEnablement.Absent);
    }

    [Fact]
    public void NeedrestartSparesNetworkdOnlyWhereItsConfigurationSaysSo()
    {
        using var host = new FixtureRoot();
        Read(host).ShouldBe((NeedrestartState.Absent, null));

        host.With("/usr/sbin/needrestart", "#").With("/etc/needrestart/needrestart.conf", "$nrconf{override_rc} = {\n  qr(^network) => 0,\n};\n");
        Read(host).ShouldBe((NeedrestartState.MayRestart, null));

        host.With(PreventionFile.Needrestart, PreventionFile.NeedrestartContent);
        Read(host).ShouldBe((NeedrestartState.Spares, PreventionFile.Needrestart + ":3"));
    }

    private static (NeedrestartState, string?) Read(FixtureRoot host) => new UpdateTriggerReader(host.Root).ReadNeedrestart();
}
