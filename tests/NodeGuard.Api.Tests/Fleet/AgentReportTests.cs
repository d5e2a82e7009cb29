using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Agent.Cluster;
using NodeGuard.Agent.Control;
using NodeGuard.Api.Tests.Contract;
using NodeGuard.Api.Tests.Harness;
using NodeGuard.Core.Routing.Reports;
using NodeGuard.Kubernetes.Client;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Fleet;

/// <summary>The agent's report with the agent's rights: what it writes is taken, and what is written twice changes nothing.</summary>
[Collection(ClusterTests.Name)]
public sealed class AgentReportTests(ClusterFixture cluster)
{
    internal static readonly GuardStatus Guarding = new()
    {
        State = GuardState.Guarding,
        Mode = GuardMode.Restore,
        Problems = [],
        NetworkdVersion = "257",
        Networkd = "running",
        NetworkdPortIds = [1],
        Foreign = new ObjectCounts(0, 0, 20, 22),
        NetworkdOwned = ObjectCounts.None,
        Missing = ObjectCounts.None,
        Pinned = 0,
        LedgerFull = false,
        ThreadPriority = "fifo",
        StartedAt = new DateTimeOffset(2026, 11, 21, 10, 0, 0, 500, TimeSpan.Zero),
    };

    [Fact]
    public async Task An_agent_tells_how_its_node_is_and_later_what_has_gone()
    {
        await using AgentAccount agent = await AgentAccount.NewAsync(cluster);
        using KubeClient client = agent.Connect();
        var view = new AgentView(Guarding, [], new HostFacts { BootId = "b", Kernel = "6.12", ImageVersion = "3", RebootRequired = true }, "runtime", "1.0");
        var reporter = new ClusterReporter(client, agent.Node, () => view, TimeProvider.System, NullLogger.Instance);

        await reporter.TurnAsync(CancellationToken.None);
        RawAnswer first = await cluster.Api.GetAsync(agent.Own);
        await reporter.TurnAsync(CancellationToken.None);
        RawAnswer second = await cluster.Api.GetAsync(agent.Own);
        view = view with { Host = view.Host with { ImageVersion = null } };
        await reporter.TurnAsync(CancellationToken.None);
        RawAnswer third = await cluster.Api.GetAsync(agent.Own);

        first["status"]["routes"]!.ToJsonString().ShouldContain("\"guarded\":42");
        first["status"]["conditions"]![0]!["status"]!.ToString().ShouldBe("True");
        first["status"]["image"]!["version"]!.ToString().ShouldBe("3");
        second.Version.ShouldBe(first.Version);
        third.Body!["status"]!["image"].ShouldBeNull("what an agent does not know any more is not told any more");
        third["status"]["rebootRequired"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task A_new_agent_reads_what_the_one_before_has_told()
    {
        await using AgentAccount agent = await AgentAccount.NewAsync(cluster);
        (await cluster.Api.PatchAsync($"{agent.Own}/status", Answers.Json("""
            {"status":{"bootID":"b","heartbeat":"2020-01-01T00:00:00Z","episodes":{"total":7,"last":{"id":"20191231"}}}}
            """))).ShouldBeDone();
        using KubeClient client = agent.Connect();
        var view = new AgentView(Guarding, [], new HostFacts { BootId = "b" }, "runtime", "1.0");

        await new ClusterReporter(client, agent.Node, () => view, TimeProvider.System, NullLogger.Instance).TurnAsync(CancellationToken.None);

        RawAnswer told = await cluster.Api.GetAsync(agent.Own);
        told["status"]["silence"]!["from"]!.ToString().ShouldBe("2020-01-01T00:00:00Z");
        told["status"]["episodes"]!["total"]!.GetValue<int>().ShouldBe(7);
    }
}
