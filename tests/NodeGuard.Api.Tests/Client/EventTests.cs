using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Api.Tests.Harness;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Events;
using NodeGuard.Kubernetes.Models;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Client;

/// <summary>Events as a server stores them and as kubectl lists them.</summary>
[Collection(ClusterTests.Name)]
public sealed class EventTests(ClusterFixture cluster)
{
    [Fact]
    public async Task Events_of_nodes_and_pods_become_series_that_both_event_apis_show()
    {
        string ns = await cluster.NewNamespaceAsync("events");
        string node = await cluster.NewNodeAsync("events");
        using KubeClient client = Clients.Admin(cluster);
        using var metrics = new EventMetrics();
        using var stop = new CancellationTokenSource();
        var options = new EventRecorderOptions("nodeguard.io/tests", "tests-1") { SeriesInterval = TimeSpan.FromMilliseconds(200) };
        using var recorder = new EventRecorder(client, options, metrics, TimeProvider.System, NullLogger.Instance);
        Task running = recorder.RunAsync(stop.Token);

        var pod = new ObjectReference { ApiVersion = "v1", Kind = "Pod", Namespace = ns, Name = "web-0", Uid = "u1" };
        for (int i = 0; i < 7; i++)
            recorder.Record(new EventText(pod, "EvictionBlocked", "Evict", "budget web allows none", IsWarning: true)).ShouldBeTrue();
        var reference = new ObjectReference { ApiVersion = "v1", Kind = "Node", Name = node, Uid = node };
        recorder.Record(new EventText(reference, "Draining", "Drain", "1 pod to evict", Related: pod)).ShouldBeTrue();

        string field = Uri.EscapeDataString("reason=EvictionBlocked");
        RawAnswer blocked = await Clients.UntilAsync(
            () => cluster.Api.GetAsync($"/apis/events.k8s.io/v1/namespaces/{ns}/events"),
            list => (int?)list["items"].AsArray().FirstOrDefault()?["series"]?["count"] == 7);
        JsonNode series = blocked["items"].AsArray().ShouldHaveSingleItem()!;
        (series["type"]!.ToString(), series["reportingController"]!.ToString(), series["note"]!.ToString())
            .ShouldBe(("Warning", "nodeguard.io/tests", "budget web allows none"));
        RawAnswer core = await cluster.Api.GetAsync($"/api/v1/namespaces/{ns}/events?fieldSelector={field}");
        core["items"].AsArray().ShouldHaveSingleItem()!["involvedObject"]!["name"]!.ToString().ShouldBe("web-0");
        await Clients.UntilAsync(
            () => cluster.Api.GetAsync($"/api/v1/namespaces/default/events?fieldSelector={Uri.EscapeDataString($"involvedObject.name={node},reason=Draining")}"),
            list => list["items"].AsArray().Count == 1);

        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
