using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation.Machines;

/// <summary>Machines whose packages grow old, and agents that update them as they are told.</summary>
public sealed class SimulatedPackagesTests
{
    private const string Node = "workers-0001";
    private static readonly PoolSpec Workers = new() { Name = "workers", Count = 1, Agents = true, Packages = ["bash:amd64=1", "linux-image-6:amd64=1"], Update = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task AMachineComesWithWhatTheArchiveHas_AndTellsWhatIsNewer()
    {
        await using ProviderCluster cluster = Start();
        (Told(cluster, "pending"), Told(cluster, "hold"), Told(cluster, "hazard")).ShouldBe(("0", "Free", "None"));
        Publish(cluster, "bash:amd64=2", "linux-image-6:amd64=1");
        cluster.Advance(301);
        Told(cluster, "pending").ShouldBe("1");
        cluster.Get(MachineResources.GuardedNodes, Node).At("status", "updates", "packages")!.ToJsonString().ShouldBe("""[{"name":"bash:amd64","version":"2","security":true}]""");
        cluster.Edit(MachineResources.GuardedNodes, Node, static item => item["spec"] = new JsonObject { ["hold"] = true });
        Told(cluster, "hold").ShouldBe("Held");
    }

    [Fact]
    public async Task AnUpdateTakesItsTime_AndInstallsWhatIsNamed()
    {
        await using ProviderCluster cluster = Start();
        Publish(cluster, "bash:amd64=2", "linux-image-6:amd64=2");
        cluster.Advance(301);
        Order(cluster, "one", ("bash:amd64", "2"));
        cluster.Advance(20);
        State(cluster).ShouldBe("one Running");
        cluster.Advance(20);
        State(cluster).ShouldBe("one Done");
        (Operation(cluster, "changed"), Operation(cluster, "rebootRequired"), Told(cluster, "pending")).ShouldBe(("true", "false", "1"));

        Order(cluster, "two", ("linux-image-6:amd64", "2"));
        cluster.Advance(40);
        (State(cluster), Operation(cluster, "rebootRequired"), Told(cluster, "pending")).ShouldBe(("two Done", "true", "0"));
        Order(cluster, "three", ("bash:amd64", "2"));
        cluster.Advance(40);
        (State(cluster), Operation(cluster, "changed")).ShouldBe(("three Done", "false"));
    }

    [Theory]
    [InlineData("3")]
    [InlineData("0")]
    public async Task AVersionThatTheArchiveDoesNotHave_FailsTheUpdate_WhichInstallsNothing(string version)
    {
        await using ProviderCluster cluster = Start();
        Publish(cluster, "bash:amd64=2", "linux-image-6:amd64=2");
        cluster.Advance(301);
        Order(cluster, "one", ("bash:amd64", "2"), ("linux-image-6:amd64", version));
        cluster.Advance(40);
        (State(cluster), Operation(cluster, "changed"), Told(cluster, "pending")).ShouldBe(("one Failed", "false", "2"));
    }

    [Fact]
    public async Task APackageThatBreaksFailsItsUpdate_AndIsThere()
    {
        await using ProviderCluster cluster = Start();
        Publish(cluster, "bash:amd64=2");
        cluster.Fault(MachineResources.Nodes, Node, "package-breaks=bash:amd64=2");
        cluster.Advance(301);
        Order(cluster, "one", ("bash:amd64", "2"));
        cluster.Advance(40);
        (State(cluster), Operation(cluster, "changed"), Told(cluster, "pending")).ShouldBe(("one Failed", "true", "0"));
    }

    [Fact]
    public void PackagesAreWrittenOnTheCommandLine()
    {
        PoolSpec pool = PoolText.Parse("name=workers,packages=bash:amd64=1;curl:amd64=8,update=1m", out _)!;
        pool.Packages.ShouldBe(["bash:amd64=1", "curl:amd64=8"]);
        pool.Update.ShouldBe(TimeSpan.FromMinutes(1));
        PoolText.Parse("name=workers,packages=", out string error).ShouldBeNull();
        error.ShouldContain("packages=");
    }

    private static ProviderCluster Start() => ProviderCluster.WithAgent(Workers, Node);

    private static void Publish(ProviderCluster cluster, params string[] packages) => cluster.Edit(MachineResources.Pools, "workers", item =>
        item.Ensure("spec")["packages"] = new JsonArray([.. packages.Select(static package => (JsonNode)package)]));

    private static void Order(ProviderCluster cluster, string id, params (string Name, string Version)[] packages) => cluster.Edit(MachineResources.GuardedNodes, Node, item =>
        item["spec"] = new JsonObject
        {
            ["operation"] = new JsonObject
            {
                ["id"] = id,
                ["kind"] = "Update",
                ["deadline"] = (cluster.Clock.GetUtcNow() + TimeSpan.FromMinutes(10)).ToApiTime(),
                ["packages"] = new JsonArray([.. packages.Select(static package => (JsonNode)new JsonObject { ["name"] = package.Name, ["version"] = package.Version })]),
            },
        });

    private static string State(ProviderCluster cluster) => $"{Operation(cluster, "id")} {Operation(cluster, "state")}";

    private static string? Operation(ProviderCluster cluster, string field) => cluster.Get(MachineResources.GuardedNodes, Node).At("status", "operation", field)?.ToString();

    private static string? Told(ProviderCluster cluster, string field) => cluster.Get(MachineResources.GuardedNodes, Node).At("status", "updates", field)?.ToString();
}
