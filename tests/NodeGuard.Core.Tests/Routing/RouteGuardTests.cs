using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing;

public class RouteGuardTests
{
    private readonly GuardHarness _harness = new();

    [Fact]
    [Trait("Invariant", "2")]
    public void AFlushedRuleIsBackWithTheFirstNotificationRead()
    {
        ModelObject rule = ModelObject.Rule(100, 1);
        _harness.AddAsOwner(rule);
        _harness.Kernel.Delete(rule, Deleter.Networkd);

        _harness.ReadOneNotification();
        _harness.Send();

        _harness.Kernel.Live.ShouldBe([rule]);
        _harness.Guard.Episode.Running.ShouldBeTrue();
    }

    [Fact]
    [Trait("Invariant", "1")]
    public void ARuleThatItsOwnerDeletesStaysDeleted()
    {
        ModelObject rule = ModelObject.Rule(100, 1);
        _harness.AddAsOwner(rule);
        _harness.Kernel.Delete(rule, Deleter.OtherProcess);

        _harness.Settle();

        _harness.Kernel.Live.ShouldBeEmpty();
        _harness.Guard.Ledger.Count.ShouldBe(0);
    }

    [Fact]
    [Trait("Invariant", "1")]
    public void WhatItsOwnerDeletesInTheMiddleOfAnEpisodeIsRetracted()
    {
        ModelObject rule = ModelObject.Rule(100, 1);
        _harness.AddAsOwner(rule);
        _harness.Kernel.Delete(rule, Deleter.Networkd);
        _harness.Kernel.Add(rule, Deleter.OtherProcess);
        _harness.Kernel.Delete(rule, Deleter.OtherProcess);

        // Our restore reaches the kernel when the owner's re-creation and deletion are done but not yet read.
        _harness.ReadOneNotification();
        _harness.Send();
        _harness.Settle();

        _harness.Kernel.Live.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Invariant", "1")]
    public void AnOwnerThatReplacesItsRuleInAnEpisodeEndsWithTheNewOne()
    {
        ModelObject old = ModelObject.Rule(100, 1);
        ModelObject replacement = ModelObject.Rule(100, 2);
        _harness.AddAsOwner(old);
        _harness.Kernel.Delete(old, Deleter.Networkd);
        _harness.ReadNotifications();
        _harness.Kernel.Add(replacement, Deleter.OtherProcess);
        _harness.Kernel.Delete(old, Deleter.OtherProcess);

        _harness.Settle();

        _harness.Kernel.Live.ShouldBe([replacement]);
    }

    [Fact]
    [Trait("Invariant", "2")]
    public void RoutesThatFallSilentlyWithTheirNexthopComeBackBehindIt()
    {
        ModelObject nexthop = ModelObject.Nexthop(7);
        ModelObject route = ModelObject.Route(0x0A000000, nexthopId: 7);
        _harness.AddAsOwner(nexthop, route);
        _harness.Kernel.Delete(nexthop, Deleter.Networkd);

        _harness.ReadNotifications();

        _harness.Kernel.Live.ShouldBe([nexthop, route]);
    }

    [Fact]
    [Trait("Invariant", "2")]
    public void ARouteWhoseSourceAddressNetworkdLostComesBackWhenTheAddressDoes()
    {
        ModelObject lease = ModelObject.Address(0x0A4D0002);
        ModelObject route = ModelObject.Route(0x0A000000, preferredSource: 0x0A4D0002);
        _harness.Kernel.Add(lease, Deleter.Networkd);
        _harness.AddAsOwner(route);
        _harness.Kernel.Delete(lease, Deleter.Networkd);
        _harness.Settle();
        _harness.Kernel.Live.ShouldBeEmpty();

        _harness.Kernel.Add(lease, Deleter.Networkd);
        _harness.Settle();

        _harness.Kernel.Live.ShouldBe([lease, route]);
    }

    [Fact]
    public void NetworkdMayDeleteWhatItCreated()
    {
        ModelObject own = ModelObject.Rule(50, 1);
        _harness.Kernel.Add(own, Deleter.Networkd);
        _harness.ReadNotifications();
        _harness.Kernel.Delete(own, Deleter.Networkd);

        _harness.Settle();

        _harness.Kernel.Live.ShouldBeEmpty();
        _harness.Guard.Episode.Running.ShouldBeFalse();
    }

    [Fact]
    public void APinnedRuleComesBackWhoeverDeletesIt()
    {
        ModelObject rule = ModelObject.Rule(100, 1);
        _harness.AddAsOwner(rule);
        _harness.Guard.SetPinned(_harness.Guard.Ledger.Entries.Single(), pinned: true);
        _harness.Kernel.Delete(rule, Deleter.OtherProcess);

        _harness.ReadNotifications();

        _harness.Kernel.Live.ShouldBe([rule]);
        _harness.Guard.Episode.Running.ShouldBeFalse("an owner's deletion of a pin is no flush");
    }

    [Fact]
    public void InObserveModeALossIsToldAndNothingIsSent()
    {
        ModelObject rule = ModelObject.Rule(100, 1);
        _harness.Guard.SetRestores(false, _harness.Now);
        _harness.AddAsOwner(rule);
        _harness.Kernel.Delete(rule, Deleter.Networkd);
        _harness.Settle();
        _harness.Kernel.Live.ShouldBeEmpty();
        _harness.Events.ShouldContain(e => e.Kind == GuardEventKind.Lost);

        _harness.Guard.SetRestores(true, _harness.Now);
        _harness.Settle();

        _harness.Kernel.Live.ShouldBe([rule], "what is missing when restoring begins is due at once");
    }

    [Fact]
    public void AFilteredObjectIsNotRestored()
    {
        _harness.Guard.Filter = new RestoreFilter { Priorities = [new PriorityRange(100, 200)] };
        ModelObject excluded = ModelObject.Rule(150, 1);
        ModelObject guarded = ModelObject.Rule(250, 1);
        _harness.AddAsOwner(excluded, guarded);
        _harness.Kernel.Delete(excluded, Deleter.Networkd);
        _harness.Kernel.Delete(guarded, Deleter.Networkd);

        _harness.Settle();

        _harness.Kernel.Live.ShouldBe([guarded]);
    }

    [Fact]
    [Trait("Invariant", "2")]
    public void AfterAnOverrunInAnEpisodeAFullReadFindsTheRest()
    {
        ModelObject[] rules = [.. Enumerable.Range(1, 50).Select(i => ModelObject.Rule((uint)i, 1))];
        _harness.AddAsOwner(rules);
        foreach (ModelObject rule in rules)
        {
            _harness.Kernel.Delete(rule, Deleter.Networkd);
        }

        _harness.ReadOneNotification();
        _harness.Kernel.Notifications.Clear();
        _harness.Guard.OnOverrun();
        _harness.Guard.NeedsRead.ShouldBeTrue();
        _harness.Settle();

        _harness.Kernel.Live.OrderBy(o => o.Key.Priority).ShouldBe(rules);
    }

    [Fact]
    [Trait("Invariant", "2")]
    public void AnUnseenLossIsRestoredWhenWordOfARestartComesLater()
    {
        ModelObject rule = ModelObject.Rule(100, 1);
        _harness.AddAsOwner(rule);
        _harness.Kernel.Delete(rule, Deleter.Networkd);
        _harness.Kernel.Notifications.Clear();
        _harness.Guard.OnOverrun();
        _harness.FullRead();
        _harness.Kernel.Live.ShouldBeEmpty();

        _harness.Advance(500 * GuardHarness.Millisecond);
        _harness.Guard.OnNetworkdStarted(_harness.Now);
        _harness.Tick();

        _harness.Kernel.Live.ShouldBe([rule]);
    }

    [Fact]
    [Trait("Invariant", "1")]
    public void AnUnseenLossThatNothingExplainsIsReportedAsVanished()
    {
        ModelObject rule = ModelObject.Rule(100, 1);
        _harness.AddAsOwner(rule);
        _harness.Kernel.Delete(rule, Deleter.OtherProcess);
        _harness.Kernel.Notifications.Clear();
        _harness.FullRead();
        _harness.Advance(6_000 * GuardHarness.Millisecond);
        _harness.Tick();

        _harness.Kernel.Live.ShouldBeEmpty();
        _harness.Events.ShouldContain(e => e.Kind == GuardEventKind.Vanished);
        _harness.Guard.Ledger.Count.ShouldBe(0);
    }

    [Fact]
    public void AFightIsFoughtWithBackoffAndNeverGivenUp()
    {
        ModelObject rule = ModelObject.Rule(100, 1);
        _harness.AddAsOwner(rule);
        int sent = 0;
        for (int i = 0; i < 1000; i++)
        {
            if (_harness.Kernel.Delete(rule, Deleter.Networkd))
            {
                sent++;
            }

            _harness.ReadNotifications();
            _harness.Advance(10 * GuardHarness.Millisecond);
            _harness.Tick();
        }

        // 10 s of fighting: a first burst, then at most one in 250 ms.
        sent.ShouldBeInRange(50, 100);
        _harness.Events.ShouldContain(e => e.Kind == GuardEventKind.Contention);
        _harness.Advance(6_000 * GuardHarness.Millisecond);
        _harness.Settle();
        _harness.Kernel.Live.ShouldBe([rule]);
    }

    [Fact]
    public void AtItsBoundTheLedgerSaysSoAndKeepsWhatItHas()
    {
        var harness = new GuardHarness(maxObjects: 2);
        harness.AddAsOwner(ModelObject.Rule(1, 1), ModelObject.Rule(2, 1), ModelObject.Rule(3, 1));

        harness.Guard.Ledger.Count.ShouldBe(2);
        harness.Guard.Ledger.IsFull.ShouldBeTrue();
        harness.Events.Count(e => e.Kind == GuardEventKind.LedgerFull).ShouldBe(1);
    }

    [Fact]
    public void TheDeletionPathAllocatesNothing()
    {
        ModelObject[] rules = [.. Enumerable.Range(1, 200).Select(i => ModelObject.Rule((uint)i, 1))];

        RoundsThatAllocate(() => _harness, rules).ShouldBeLessThanOrEqualTo(1);
    }

    /// <summary>With a new guard each time: what has grown once does not grow again.</summary>
    [Fact]
    public void TheDeletionPathAllocatesNothingDuringAFullReadEither()
    {
        ModelObject[] rules = [.. Enumerable.Range(1, 1_000).Select(i => ModelObject.Rule((uint)i, 1))];

        RoundsThatAllocate(static () => new GuardHarness(), rules, duringRead: true).ShouldBeLessThanOrEqualTo(1);
    }

    /// <summary>The runtime may allocate something on this thread for itself in one; what the path allocates comes in every round.</summary>
    private static int RoundsThatAllocate(Func<GuardHarness> harnessOf, ModelObject[] rules, bool duringRead = false)
    {
        byte[][] bytes = [.. rules.Select(rule => rule.Bytes())];
        int allocating = 0;
        for (int round = 0; round < 5; round++)
        {
            GuardHarness harness = harnessOf();
            harness.AddAsOwner(rules);
            if (duringRead)
            {
                harness.Guard.BeginRead();
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < rules.Length; i++)
            {
                var observed = new ObservedObject { Key = rules[i].Key, Facts = default, Request = bytes[i], Identity = bytes[i] };
                harness.Guard.OnDeleted(observed, Deleter.Networkd, 1, harness.Now);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            harness.Guard.Outbox.Count.ShouldBe(rules.Length);
            harness.Guard.Outbox.Clear();
            allocating += round > 0 && allocated > 0 ? 1 : 0;
        }

        return allocating;
    }
}
