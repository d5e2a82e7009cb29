using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing;

/// <summary>
/// networkd 252 takes its own address away, and with it fall hundreds of routes, silently, that the kernel refuses until it
/// is back. What else networkd deletes meanwhile does not wait for them.
/// </summary>
[Trait("Invariant", "2")]
public sealed class BacklogTests
{
    private const int Routes = 250;

    private static readonly ModelObject Own = ModelObject.Address(10);
    private static readonly ModelObject Rule = ModelObject.Rule(100, 1);
    private static readonly ModelObject[] OnOwn = [.. Enumerable.Range(0, Routes).Select(static i => ModelObject.Route((uint)(1000 + i), preferredSource: 10))];

    private readonly GuardHarness _harness = new();

    public BacklogTests()
    {
        _harness.Kernel.Add(Own, Deleter.Networkd);
        _harness.AddAsOwner([Rule, .. OnOwn]);
        _harness.Kernel.Delete(Own, Deleter.Networkd);
        _harness.ReadNotifications();
        _harness.FullRead();
    }

    [Fact]
    public void WhatAReadFoundIsSentInPartsBetweenWhichNotificationsAreRead()
    {
        _harness.Guard.Outbox.Count.ShouldBe(0);
        _harness.Guard.Tick(_harness.Now);
        _harness.Guard.Outbox.Count.ShouldBeInRange(1, 32);
        _harness.Send();

        _harness.Kernel.Delete(Rule, Deleter.Networkd);
        _harness.ReadOneNotification();

        _harness.Guard.Outbox.Items.ToArray().ShouldHaveSingleItem().Entry.Key.ShouldBe(Rule.Key);
    }

    [Fact]
    public void RefusedRoutesKeepNoOtherOnesFromTheirTurn()
    {
        var tried = new HashSet<ObjectKey>();
        for (int turn = 0; turn < Routes; turn++)
        {
            _harness.Guard.Tick(_harness.Now);
            foreach (OutgoingRequest request in _harness.Guard.Outbox.Items)
                tried.Add(request.Entry.Key);
            _harness.Send();
            // Whatever comes back makes all refused ones due again.
            _harness.Guard.OnLinkUp();
        }

        tried.Count.ShouldBe(Routes);
    }

    [Fact]
    public void AllAreBackOnceTheAddressIs()
    {
        TickUntilIdle();
        _harness.Kernel.Live.ShouldBe([Rule]);

        _harness.Kernel.Add(Own, Deleter.Networkd);
        _harness.ReadNotifications();
        TickUntilIdle();

        _harness.Kernel.Live.ShouldBe([Rule, Own, .. OnOwn], ignoreOrder: true);
    }

    private void TickUntilIdle()
    {
        for (int turn = 0; turn < Routes && _harness.Guard.Tick(_harness.Now) <= _harness.Now; turn++)
            _harness.Send();
        _harness.Send();
    }
}
