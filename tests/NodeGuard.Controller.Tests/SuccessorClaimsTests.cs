using NodeGuard.Controller.Recycles;
using NodeGuard.Kubernetes.Models.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>Two recycles never take one node for their successor, and none is kept from a node that nobody takes.</summary>
public sealed class SuccessorClaimsTests
{
    private readonly SuccessorClaims _claims = new();
    private readonly HashSet<string> _recycles = ["a", "b"];

    [Fact]
    public void The_first_takes_the_node_as_often_as_it_likes_and_the_second_does_not()
    {
        Take("a", "node-1").ShouldBeTrue();
        Take("b", "node-1").ShouldBeFalse();
        Take("a", "node-1").ShouldBeTrue();
    }

    [Fact]
    public void Who_takes_another_node_lets_go_of_the_first()
    {
        Take("a", "node-1").ShouldBeTrue();
        Take("a", "node-2").ShouldBeTrue();
        Take("b", "node-1").ShouldBeTrue();
        Take("b", "node-2").ShouldBeFalse();
    }

    [Fact]
    public void What_has_ended_or_was_deleted_holds_nothing()
    {
        Take("a", "node-1").ShouldBeTrue();
        _claims.End("a", null, static _ => null);
        Take("b", "node-1").ShouldBeTrue();
        _recycles.Remove("b");
        Take("a", "node-1").ShouldBeTrue();
    }

    [Fact]
    public void A_node_that_came_for_a_recycle_stays_so_until_it_is_gone()
    {
        Take("a", "uid-1").ShouldBeTrue();
        _claims.IsSettled("uid-1").ShouldBeFalse();

        _claims.End("a", Successor("1"), static name => "uid-" + name);
        _claims.IsSettled("uid-1").ShouldBeTrue();

        _claims.End("b", Successor("2"), static name => name == "1" ? "another" : "uid-" + name);
        _claims.IsSettled("uid-1").ShouldBeFalse("another node has its name");
        _claims.IsSettled("uid-2").ShouldBeTrue();
    }

    private static SuccessorNode Successor(string name) => new() { Name = name, Uid = "uid-" + name };

    private bool Take(string recycle, string node) => _claims.Take(recycle, node, _recycles.Contains);
}
