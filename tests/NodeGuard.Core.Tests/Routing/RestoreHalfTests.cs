using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing;

/// <summary>An agent was killed between the two steps in which an object comes back: the next one finds half of it.</summary>
[Trait("Invariant", "9")]
public sealed class RestoreHalfTests
{
    private static readonly byte[] FollowUp = [1, 2, 3, 4];

    private readonly GuardHarness _harness = new();

    [Fact]
    [Trait("Invariant", "3")]
    public void AGroupShortOfMembersGetsThemBack()
    {
        ModelObject half = ModelObject.Nexthop(20);
        ModelObject whole = half with { Content = 7 };
        _harness.AddAsOwner(half);

        _harness.Guard.AddLost(Group(whole), pinned: false, flushed: true, "eth0", _harness.Now);
        _harness.Tick();
        _harness.ReadNotifications();

        _harness.Kernel.Live.ShouldBe([whole]);
        _harness.Guard.Ledger.Count.ShouldBe(1);
        _harness.Guard.Episode.LostSoFar.ShouldBe(1);
    }

    [Fact]
    [Trait("Invariant", "3")]
    public void AnAddressWhoseFollowUpWasNeverSentGetsIt()
    {
        ModelObject half = ModelObject.Address6(0x77);
        _harness.AddAsOwner(half);

        _harness.Guard.AddLost(WithFollowUp(half with { Content = 1 }), pinned: false, flushed: true, "eth0", _harness.Now);

        OutgoingRequest sent = _harness.Guard.Outbox.Items.ToArray().ShouldHaveSingleItem();
        sent.Form.ShouldBe(RequestForm.FollowUp);
        sent.Entry.FollowUp.ToArray().ShouldBe(FollowUp);
        _harness.Guard.Ledger.Count.ShouldBe(1);
    }

    [Fact]
    [Trait("Invariant", "1")]
    public void WithoutAFlushTheOtherFormIsTheOwnersAndStays()
    {
        ModelObject owners = ModelObject.Nexthop(20);
        _harness.AddAsOwner(owners);

        _harness.Guard.AddLost(Group(owners with { Content = 7 }), pinned: false, flushed: false, "eth0", _harness.Now);
        _harness.Settle();

        _harness.Kernel.Live.ShouldBe([owners]);
        _harness.Guard.Ledger.Find(owners.Key, owners.Bytes()).ShouldNotBeNull();
    }

    [Fact]
    public void WhereNothingIsRestoredHalfAnObjectIsOnlyKnownForWhatItWas()
    {
        ModelObject half = ModelObject.Address6(0x77);
        _harness.AddAsOwner(half);
        _harness.Guard.SetRestores(false, _harness.Now);

        _harness.Guard.AddLost(WithFollowUp(half with { Content = 1 }), pinned: false, flushed: true, "eth0", _harness.Now);

        _harness.Guard.Outbox.Count.ShouldBe(0);
    }

    private static ObservedObject Group(ModelObject model)
    {
        ObservedObject observed = model.Observe();
        return observed with { Facts = observed.Facts with { Stage = RestoreStage.NexthopGroup } };
    }

    private static ObservedObject WithFollowUp(ModelObject model) => model.Observe() with { FollowUp = FollowUp };
}
