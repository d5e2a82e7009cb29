using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Agent.Cluster;
using NodeGuard.Agent.Cluster.Operations;
using NodeGuard.Api.Tests.Contract;
using NodeGuard.Api.Tests.Harness;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Models.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Fleet;

/// <summary>With an agent's rights: it hears what is asked of its own host, and tells how far it is; the host is a pretence.</summary>
[Collection(ClusterTests.Name)]
public sealed class AgentOperationTests(ClusterFixture cluster)
{
    [Fact]
    public async Task An_agent_hears_of_a_reboot_and_tells_each_step()
    {
        await using AgentAccount agent = await AgentAccount.NewAsync(cluster);
        using KubeClient client = agent.Connect();
        using var metrics = new CacheMetrics();
        using var stop = new CancellationTokenSource();
        string state = Directory.CreateTempSubdirectory("nodeguard-operation-").FullName;
        var host = new Host();
        ResourceCache<GuardedNode, GuardedNode> own = OwnGuardedNode.Cache(client, agent.Node, metrics, TimeProvider.System, NullLogger.Instance);
        Task follow = own.RunAsync(stop.Token);
        var executor = new OperationExecutor(new OperationStore(state), host, allowed: true, TimeProvider.System, NullLogger.Instance);
        var reporter = new ClusterReporter(
            client, agent.Node,
            () => new AgentView(AgentReportTests.Guarding, [], new HostFacts { BootId = host.BootId }, "runtime", "1.0", executor.Status),
            TimeProvider.System, NullLogger.Instance);
        string deadline = (DateTimeOffset.UtcNow + TimeSpan.FromMinutes(10)).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

        (await cluster.Api.PatchAsync(agent.Own, Answers.Json($$"""
            {"spec":{"operation":{"id":"uid-1","kind":"Reboot","recycle":"r","deadline":"{{deadline}}"} } }
            """))).ShouldBeDone();
        var steps = new List<string>();
        await Until.AnswerAsync(
            async () =>
            {
                if (own.Current?.TryGet(new ObjectName(string.Empty, agent.Node), out GuardedNode? seen) == true)
                    await executor.TurnAsync(seen.Spec?.Operation, seen.Status?.Operation, seen.Status?.BootId, host.BootId, CancellationToken.None);
                await reporter.TurnAsync(CancellationToken.None);
                RawAnswer told = await cluster.Api.GetAsync(agent.Own);
                if (told["status"]?["operation"]?["state"]?.ToString() is { } step && !steps.Contains(step))
                    steps.Add(step);
                return told;
            },
            static told => told["status"]?["operation"]?["state"]?.ToString() == "Done",
            "the operation is told as done");

        steps.ShouldBe(["Accepted", "Running", "Done"]);
        host.Asked.ShouldBe(1);
        (await cluster.Api.GetAsync(agent.Own))["status"]["bootID"]!.ToString().ShouldBe("boot-2");
        await stop.CancelAsync();
        await follow.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Directory.Delete(state, recursive: true);
    }

    private sealed class Host : IHostReboot
    {
        public string BootId { get; private set; } = "boot-1";

        public int Asked { get; private set; }

        public Task<string?> WhyNotAsync(RebootMethod method, CancellationToken cancellation) => Task.FromResult<string?>(null);

        public Task<(IReadOnlyList<string>? Blockers, string Problem)> BlockersAsync(CancellationToken cancellation) =>
            Task.FromResult<(IReadOnlyList<string>?, string)>(([], string.Empty));

        public Task<RebootAnswer> RebootAsync(RebootMethod method, CancellationToken cancellation)
        {
            Asked++;
            BootId = "boot-2";
            return Task.FromResult<RebootAnswer>(new RebootAnswer.Begun());
        }

        public Task<Userspace?> UserspaceAsync(CancellationToken cancellation) => Task.FromResult<Userspace?>(null);

        public Task<string?> ForgetRequestAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);
    }
}
