using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing;

/// <summary>What a restored object must have beside its own content: its place, and its source.</summary>
[Trait("Invariant", "3")]
public class RouteGuardOrderTests
{
    private readonly GuardHarness _harness = new();

    public RouteGuardOrderTests() => _harness.Guard.PromotesSecondaries = static _ => true;

    [Fact]
    public void EqualPriorityRulesStandInTheirOrderAgain()
    {
        ModelObject first = ModelObject.Rule(100, 1);
        ModelObject second = ModelObject.Rule(100, 2);
        _harness.AddAsOwner(first, second);
        _harness.Kernel.Delete(first, Deleter.Networkd);
        _harness.ReadNotifications();
        _harness.Kernel.Live.ShouldBe([second, first]);

        _harness.Settle();

        _harness.Kernel.Live.ShouldBe([first, second]);
    }

    [Fact]
    public void RulesBeforeTheFirstMisplacedOneAreLeftAlone()
    {
        ModelObject[] rules = [.. Enumerable.Range(1, 4).Select(variant => ModelObject.Rule(100, (byte)variant))];
        _harness.AddAsOwner(rules);
        _harness.Kernel.Delete(rules[2], Deleter.Networkd);
        _harness.ReadNotifications();
        _harness.Kernel.Live.ShouldBe([rules[0], rules[1], rules[3], rules[2]]);

        _harness.Guard.BeginRead();
        _harness.Kernel.Live.ToList().ForEach(rule =>
            _harness.Guard.OnRead(rule.Observe(), static (in ObservedObject _) => Ownership.Foreign, "eth0", _harness.Now));
        _harness.Guard.EndRead(_harness.Now);

        _harness.Guard.Outbox.Items.ToArray().Select(request => (request.Form, request.Entry.Identity.SequenceEqual(rules[3].Bytes())))
            .ShouldBe([(RequestForm.Rotate, true), (RequestForm.Delete, true)]);
    }

    [Fact]
    public void TheHopsOfAnIPv6RouteStandInTheirOrderAgain()
    {
        ModelObject first = ModelObject.Hop6(0x50, 1);
        ModelObject second = ModelObject.Hop6(0x50, 2);
        _harness.AddAsOwner(first, second);
        _harness.Kernel.Delete(first, Deleter.Networkd);
        _harness.ReadNotifications();
        _harness.Kernel.Live.ShouldBe([second, first]);

        _harness.Settle();

        _harness.Kernel.Live.ShouldBe([first, second]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AnIPv6RouteGetsBackTheSourceThatFellAfterIt(int hops)
    {
        ModelObject address = ModelObject.Address6(0x92);
        ModelObject[] routes = [.. Enumerable.Range(1, hops).Select(hop => ModelObject.Hop6(0x60, (byte)hop, preferredSource: 0x92))];
        _harness.AddAsOwner([address, .. routes, ModelObject.Rule(1, 1)]);
        _harness.Kernel.Delete(ModelObject.Rule(1, 1), Deleter.Networkd);
        _harness.Kernel.Delete(address, Deleter.Networkd);

        _harness.Settle();

        _harness.Kernel.Live.ShouldBe([address, .. routes, ModelObject.Rule(1, 1)], ignoreOrder: true);
        _harness.Guard.Ledger.Count.ShouldBe(hops + 2, "the route without its source is no object of its own");
    }

    [Fact]
    public void AnIPv6RouteGetsBackTheSourceThatNetworkdTookAndBringsBackLater()
    {
        ModelObject address = ModelObject.Address6(0x77);
        ModelObject route = ModelObject.Hop6(0x59, 1, preferredSource: 0x77);
        _harness.AddAsOwner(address, route);
        _harness.Guard.Ledger.Entries.Single(entry => entry.Key.Kind == ObjectKind.Address).Owner = Ownership.Networkd;
        _harness.Kernel.Delete(address, Deleter.Networkd);
        _harness.Settle();
        _harness.Kernel.Live.ShouldBe([route with { PreferredSource = 0 }]);

        _harness.Advance(60_000 * GuardHarness.Millisecond);
        _harness.Kernel.Add(address, Deleter.Networkd);
        _harness.Settle();

        _harness.Kernel.Live.ShouldBe([route, address], ignoreOrder: true);
        _harness.Guard.Ledger.Entries.Count(entry => entry.Key.Kind == ObjectKind.Route).ShouldBe(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("Invariant", "9")]
    public void AnIPv6RouteThatAKilledAgentLeftWithoutItsSourceGetsItBack(int hops)
    {
        ModelObject address = ModelObject.Address6(0x92);
        ModelObject[] routes = [.. Enumerable.Range(1, hops).Select(hop => ModelObject.Hop6(0x60, (byte)hop, preferredSource: 0x92))];
        _harness.AddAsOwner([address, .. routes.Select(route => route with { PreferredSource = 0 })]);

        foreach (ModelObject route in routes)
        {
            _harness.Guard.AddLost(route.Observe(), pinned: false, flushed: true, "eth0", _harness.Now);
        }

        _harness.Settle();

        _harness.Kernel.Live.ShouldBe([address, .. routes], ignoreOrder: true);
        _harness.Guard.Ledger.Count.ShouldBe(hops + 1);
    }

    [Fact]
    public void ASecondAddressGoesBehindTheOneThatNetworkdRecreates()
    {
        ModelObject own = ModelObject.Address(0x0A4D0002, prefixLength: 24);
        ModelObject vip = ModelObject.Address(0x0A4D0032, prefixLength: 24);
        ModelObject onVip = ModelObject.Route(0x0A3C0000, preferredSource: 0x0A4D0032);
        _harness.Kernel.Add(own, Deleter.Networkd);
        _harness.AddAsOwner(vip, onVip);

        _harness.Kernel.Delete(own, Deleter.Networkd);
        _harness.Kernel.Delete(vip, Deleter.Networkd);
        _harness.ReadNotifications();
        _harness.Kernel.IsSecondary(vip).ShouldBeFalse();
        _harness.Kernel.Add(own, Deleter.Networkd);
        _harness.Settle();

        _harness.Kernel.IsSecondary(vip).ShouldBeTrue();
        _harness.Kernel.Live.ShouldBe([own, vip, onVip]);
    }

    [Fact]
    [Trait("Invariant", "9")]
    public void WhatAKilledAgentLeftOutOfItsPlaceIsPutRightByTheNext()
    {
        ModelObject own = ModelObject.Address(0x0A4D0002, prefixLength: 24);
        ModelObject vip = ModelObject.Address(0x0A4D0032, prefixLength: 24);
        ModelObject[] rules = [ModelObject.Rule(100, 1), ModelObject.Rule(100, 2)];
        _harness.AddAsOwner(vip, own, rules[1], rules[0]);
        LedgerEntry EntryOf(ModelObject o) => _harness.Guard.Ledger.Find(o.Key, o.Bytes())!;
        EntryOf(own).Owner = Ownership.Networkd;

        _harness.Guard.RecallPlace(EntryOf(own), secondary: false);
        _harness.Guard.RecallPlace(EntryOf(vip), secondary: true);
        _harness.Guard.RecallPlace(EntryOf(rules[0]), secondary: false);
        _harness.Guard.RecallPlace(EntryOf(rules[1]), secondary: false);
        _harness.Settle();

        _harness.Kernel.Live.Where(o => o.Key.Kind == ObjectKind.Address).ShouldBe([own, vip]);
        _harness.Kernel.Live.Where(o => o.Key.Kind == ObjectKind.Rule).ShouldBe(rules);
        _harness.Guard.Episode.Running.ShouldBeFalse();
    }

    [Fact]
    public void WhereTheKernelPromotesNoAddressNoneIsMoved()
    {
        _harness.Guard.PromotesSecondaries = static _ => false;
        ModelObject own = ModelObject.Address(0x0A4D0002, prefixLength: 24);
        ModelObject vip = ModelObject.Address(0x0A4D0032, prefixLength: 24);
        _harness.Kernel.Add(own, Deleter.Networkd);
        _harness.AddAsOwner(vip);
        _harness.Kernel.Delete(own, Deleter.Networkd);
        _harness.Kernel.Delete(vip, Deleter.Networkd);
        _harness.ReadNotifications();
        _harness.Kernel.Add(own, Deleter.Networkd);

        _harness.Settle();

        _harness.Kernel.Live.ShouldBe([vip, own]);
    }
}
