using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation;

public sealed class SchedulerTests
{
    private const string Containers = "\"containers\":[{\"name\":\"main\",\"image\":\"a\"}]";

    [Theory]
    [InlineData("""{"nodeSelector":{"disk":"ssd"}}""", "node-2")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"disk","operator":"Exists"}]}]}}}}""", "node-2")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["node-3"]}]}]}}}}""", "node-3")]
    [InlineData("""{"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{"matchExpressions":[{"key":"disk","operator":"In","values":["ssd"]}]}}]}}}""", "node-2")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{}]}}}}""", "")]
    [InlineData("""{"nodeSelector":{"disk":"floppy"}}""", "")]
    [InlineData("""{"schedulerName":"another"}""", "")]
    [InlineData("""{"schedulingGates":[{"name":"wait"}]}""", "")]
    public async Task APodGoesWhereItsSelectorsAllow(string spec, string node)
    {
        await using var cluster = new SimulatedCluster(nodes: 3);
        cluster.Edit(Kind.Node, "node-2", item => item.Ensure("metadata", "labels")["disk"] = "ssd");
        cluster.Create(Kind.Pod, Pod("app", spec));
        cluster.Settle();
        PodState.NodeName(cluster.Get(Kind.Pod, "app")).ShouldBe(node);
    }

    [Theory]
    [InlineData("NoSchedule", "[]", "")]
    [InlineData("NoExecute", "[]", "")]
    [InlineData("PreferNoSchedule", "[]", "node-1")]
    [InlineData("NoSchedule", """[{"key":"gpu","operator":"Exists"}]""", "node-1")]
    [InlineData("NoSchedule", """[{"key":"gpu","value":"yes"}]""", "node-1")]
    [InlineData("NoSchedule", """[{"key":"gpu","value":"no"}]""", "")]
    [InlineData("NoSchedule", """[{"key":"gpu","operator":"Exists","effect":"NoExecute"}]""", "")]
    [InlineData("NoSchedule", """[{"operator":"Exists"}]""", "node-1")]
    public async Task ATaintKeepsOutWhatDoesNotTolerateIt(string effect, string tolerations, string node)
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Edit(Kind.Node, "node-1", item => item.Ensure("spec")["taints"] =
            new JsonArray(new JsonObject { ["key"] = "gpu", ["value"] = "yes", ["effect"] = effect }));
        cluster.Create(Kind.Pod, Pod("app", $$"""{"tolerations":{{tolerations}}}"""));
        cluster.Settle();
        JsonObject pod = cluster.Get(Kind.Pod, "app");
        PodState.NodeName(pod).ShouldBe(node);
        if (node.Length == 0)
        {
            pod.Condition("PodScheduled").Text("message").ShouldBe("0/1 nodes are available: 1 node(s) had untolerated taint {gpu: yes}.");
        }
    }

    [Fact]
    public async Task APodThatFoundNoPlaceIsBoundWhenAnotherHasLeft()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        long cpus = Quantity.Milli(cluster.Get(Kind.Node, "node-1").At("status", "allocatable", "cpu"));
        cluster.Create(Kind.Pod, Asking("first", cpus * 2 / 3));
        cluster.Settle();
        cluster.Create(Kind.Pod, Asking("second", cpus * 2 / 3));
        cluster.Advance(TimeSpan.FromSeconds(5));
        JsonObject waiting = cluster.Get(Kind.Pod, "second");
        PodState.NodeName(waiting).ShouldBeEmpty();
        waiting.Condition("PodScheduled").Text("reason").ShouldBe("Unschedulable");
        waiting.Condition("PodScheduled").Text("message").ShouldBe("0/1 nodes are available: 1 Insufficient cpu.");
        cluster.Delete(Kind.Pod, "first");
        cluster.Advance(TimeSpan.FromSeconds(5));
        PodState.NodeName(cluster.Get(Kind.Pod, "second")).ShouldBe("node-1");
    }

    [Fact]
    public async Task AWaitingPodIsBoundToANodeThatIsNew()
    {
        await using var cluster = new SimulatedCluster();
        cluster.Create(Kind.Pod, Pod("app", "{}"));
        cluster.Settle();
        cluster.Get(Kind.Pod, "app").Condition("PodScheduled").Text("message").ShouldBe("no nodes available to schedule pods");
        cluster.Create(Kind.Node, Objects.Node("node-1"));
        cluster.Settle();
        PodState.NodeName(cluster.Get(Kind.Pod, "app")).ShouldBe("node-1");
    }

    [Fact]
    public async Task ANodeTakesNoMorePodsThanItSays()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        int room = (int)(Quantity.Milli(cluster.Get(Kind.Node, "node-1").At("status", "allocatable", "pods")) / 1000);
        for (int i = 0; i <= room; i++)
        {
            cluster.Create(Kind.Pod, Pod($"app-{i}", "{}"));
        }

        cluster.Settle();
        JsonObject left = cluster.All(Kind.Pod).Where(pod => PodState.NodeName(pod).Length == 0).ShouldHaveSingleItem();
        left.Condition("PodScheduled").Text("message").ShouldBe("0/1 nodes are available: 1 Too many pods.");
    }

    [Theory]
    [InlineData("""{"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"host","labelSelector":{"matchLabels":{"app":"web"}}}]}}}""", "1 1 1 -")]
    [InlineData("""{"topologySpreadConstraints":[{"topologyKey":"host","maxSkew":1,"whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"web"}}}]}""", "2 1 1")]
    [InlineData("""{}""", "2 1 1")]
    public async Task PodsThatMustOrWouldRatherBeApartAreSpread(string spec, string expected)
    {
        await using var cluster = new SimulatedCluster(nodes: 3);
        for (int i = 1; i <= 3; i++)
        {
            cluster.Edit(Kind.Node, $"node-{i}", node => node.Ensure("metadata", "labels")["host"] = node.Name());
        }

        for (int i = 0; i < 4; i++)
        {
            cluster.Create(Kind.Pod, Pod($"web-{i}", spec, """{"app":"web"}"""));
            cluster.Settle();
        }

        IEnumerable<string> counts = cluster.All(Kind.Pod).GroupBy(PodState.NodeName).OrderBy(group => group.Key.Length == 0)
            .ThenByDescending(group => group.Count()).Select(group => group.Key.Length == 0 ? "-" : $"{group.Count()}");
        string.Join(' ', counts).ShouldBe(expected);
    }

    [Fact]
    public async Task WhateverComesAndGoesNoNodeGetsMoreThanItHas()
    {
        await using var cluster = new SimulatedCluster(nodes: 3);
        long cpus = Quantity.Milli(cluster.Get(Kind.Node, "node-1").At("status", "allocatable", "cpu"));
        var random = new Random(11);
        for (int i = 0; i < FuzzScale.Cases(150); i++)
        {
            JsonObject[] pods = cluster.All(Kind.Pod);
            if (pods.Length > 0 && random.Next(3) == 0)
            {
                cluster.Delete(Kind.Pod, pods[random.Next(pods.Length)].Name(), grace: 0);
            }
            else
            {
                cluster.Create(Kind.Pod, Asking($"app-{i}", random.NextInt64(1, cpus)));
            }

            cluster.Advance(TimeSpan.FromMilliseconds(random.Next(400)));
            foreach (IGrouping<string, JsonObject> node in cluster.All(Kind.Pod).GroupBy(PodState.NodeName).Where(group => group.Key.Length > 0))
            {
                node.Sum(pod => PodState.Requests(pod, "cpu")).ShouldBeLessThanOrEqualTo(cpus, node.Key);
            }
        }
    }

    private static JsonObject Asking(string name, long milliCpus) => Objects.Pod(
        name, spec: $$$"""
        {"containers":[{"name":"main","image":"a","resources":{"requests":{"cpu":"{{{milliCpus}}}m"} } }]}
        """);

    private static JsonObject Pod(string name, string spec, string labels = "{}") => Objects.Pod(
        name, spec: spec == "{}" ? $"{{{Containers}}}" : $"{{{Containers},{spec[1..]}", labels: labels);
}
