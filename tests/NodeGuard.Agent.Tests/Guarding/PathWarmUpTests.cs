using NodeGuard.Agent.Guarding;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Guarding;

public sealed class PathWarmUpTests
{
    [Fact]
    [Trait("Needs", "root")]
    public void The_warm_up_restores_rules_and_routes_of_both_families_and_leaves_nothing_behind()
    {
        using var network = new TestNamespace();
        string before = network.Rules() + network.Routes();

        int wanted = network.Inside(PathWarmUp.Run);

        // Five rounds, four objects, each lost twice; then what a read finds missing, sent and sent again.
        wanted.ShouldBeGreaterThanOrEqualTo(40 + 2 * 96);
        (network.Rules() + network.Routes()).ShouldBe(before);
    }
}
