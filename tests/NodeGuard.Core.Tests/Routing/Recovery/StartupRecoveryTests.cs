using NodeGuard.Core.Routing.Recovery;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing.Recovery;

public class StartupRecoveryTests
{
    private static readonly LedgerBinding Saved = new("boot", 1, "first");

    private static readonly StartupEvidence Evidence = new()
    {
        Live = new("boot", 1, "second"),
        EpisodeWasOpen = false,
        Absence = TimeSpan.FromHours(1),
        LedgerRules = 10,
        LiveRules = 0,
        LedgerOthers = 5,
        LiveOthers = 3,
    };

    [Fact]
    [Trait("Invariant", "2")]
    public void NoRuleLeftAfterARestartIsAFlushThatNobodyWatched() => KindOf(Evidence).ShouldBe(RecoveryKind.Restore);

    [Fact]
    [Trait("Invariant", "1")]
    public void RulesLeftAfterALongAbsenceShowNoFlush() =>
        KindOf(Evidence with { LiveRules = 4 }).ShouldBe(RecoveryKind.Adopt);

    [Fact]
    [Trait("Invariant", "9")]
    public void AShortAbsenceWithARestartInItIsAFlush() =>
        KindOf(Evidence with { LiveRules = 4, Absence = TimeSpan.FromSeconds(2) }).ShouldBe(RecoveryKind.Restore);

    [Fact]
    [Trait("Invariant", "9")]
    public void AnEpisodeThatWasOpenGoesOn() => KindOf(Evidence with
    {
        Live = Saved,
        LiveRules = 9,
        EpisodeWasOpen = true,
    }).ShouldBe(RecoveryKind.Restore);

    [Fact]
    [Trait("Invariant", "1")]
    public void WithoutARestartWhatIsGoneWasDeletedByItsOwner() =>
        KindOf(Evidence with { Live = Saved }).ShouldBe(RecoveryKind.Adopt);

    [Fact]
    [Trait("Invariant", "11")]
    public void AnUnknownNetworkdExplainsNothing() =>
        KindOf(Evidence with { Live = Saved with { NetworkdInvocation = null } }).ShouldBe(RecoveryKind.Adopt);

    [Theory]
    [InlineData("other", 1)]
    [InlineData("boot", 2)]
    public void ALedgerOfAnotherBootOrNamespaceIsSetAside(string boot, ulong netns) =>
        KindOf(Evidence with { Live = new LedgerBinding(boot, netns, "second"), EpisodeWasOpen = true })
            .ShouldBe(RecoveryKind.SetAside);

    [Fact]
    public void WhenEverythingLivesThereIsNothingToRestore() =>
        KindOf(Evidence with { LiveRules = 10, LiveOthers = 5, EpisodeWasOpen = true }).ShouldBe(RecoveryKind.Adopt);

    [Fact]
    [Trait("Invariant", "2")]
    public void WithoutRulesTheOtherObjectsTell()
    {
        KindOf(Evidence with { LedgerRules = 0, LiveOthers = 0 }).ShouldBe(RecoveryKind.Restore);
        KindOf(Evidence with { LedgerRules = 0, LiveOthers = 1 }).ShouldBe(RecoveryKind.Adopt);
    }

    [Fact]
    public void AClockThatRanBackwardsIsNoShortAbsence() =>
        KindOf(Evidence with { LiveRules = 4, Absence = TimeSpan.FromSeconds(-5) }).ShouldBe(RecoveryKind.Adopt);

    private static RecoveryKind KindOf(StartupEvidence evidence) => StartupRecovery.Decide(Saved, evidence).Kind;
}
