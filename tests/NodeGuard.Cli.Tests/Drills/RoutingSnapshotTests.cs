using NodeGuard.Cli.Drills;
using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Drills;

public sealed class RoutingSnapshotTests
{
    private static readonly SnapshotObject Rule = new(ObjectKind.Rule, "01", "from all lookup 100");
    private static readonly SnapshotObject Route = new(ObjectKind.Route, "01", "10.0.0.0/8 dev eth0");

    [Fact]
    public void An_object_that_came_back_is_not_missing_whatever_the_order() =>
        new RoutingSnapshot([Rule, Route]).MissingIn(new RoutingSnapshot([Route, Rule])).ShouldBeEmpty();

    [Fact]
    public void Of_two_equal_objects_one_can_be_missing() =>
        new RoutingSnapshot([Rule, Rule]).MissingIn(new RoutingSnapshot([Rule])).ShouldBe([Rule]);

    [Fact]
    public void Equal_bytes_of_another_kind_are_another_object() =>
        new RoutingSnapshot([Rule]).MissingIn(new RoutingSnapshot([Route])).ShouldBe([Rule]);

    [Fact]
    public void What_is_new_is_not_missing() =>
        new RoutingSnapshot([]).MissingIn(new RoutingSnapshot([Route])).ShouldBeEmpty();
}
