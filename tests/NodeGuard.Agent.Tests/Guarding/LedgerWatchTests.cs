using NodeGuard.Agent.Guarding;
using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Guarding;

public sealed class LedgerWatchTests
{
    private readonly Ledger _ledger = new(10);
    private readonly LedgerWatch _watch;
    private int _told;

    public LedgerWatchTests() => _watch = new LedgerWatch(_ledger, () => _told++);

    [Fact]
    public void AChangeIsToldOnce()
    {
        _watch.Arm(_ledger.Version);
        _watch.Look();
        _told.ShouldBe(0);

        _ledger.Touch();
        _watch.Look();
        _ledger.Touch();
        _watch.Look();

        _told.ShouldBe(1);
    }

    [Fact]
    public void AChangeBeforeTheWatchIsArmedAgainIsToldWhenItIs()
    {
        long seen = _ledger.Version;
        _ledger.Touch();

        _watch.Look();
        _told.ShouldBe(0);
        _watch.Arm(seen);

        _told.ShouldBe(1);
    }
}
