using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Contract;
using NodeGuard.Api.Tests.Harness;
using NodeGuard.Api.Tests.Kubectl;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Fleet;

/// <summary>`kubectl get np,nr,gn` alone tells how the fleet is.</summary>
[Collection(ClusterTests.Name)]
public sealed class FleetKubectlTests(ClusterFixture cluster) : KubectlTest(cluster)
{
    private const string Policy = """
        {"status":{"nodes":100,"outdated":12,"unavailable":2,"inProgress":1,"oldestAge":"29d",
          "forecast":{"feasible":true,"message":"all in time"},"nextStart":"2026-11-21T22:00:00Z",
          "conditions":[{"type":"Accepted","status":"True","reason":"Accepted","message":"","lastTransitionTime":"2026-11-21T22:00:00Z"},
                        {"type":"Frozen","status":"False","reason":"Free","message":"","lastTransitionTime":"2026-11-21T22:00:00Z"}]}}
        """;

    private const string Guarded = """
        {"status":{"heartbeat":"2020-01-01T00:00:00Z","routes":{"state":"Intact"},"networkd":{"state":"active"},"image":{"version":"2026.11.3"}}}
        """;

    [Fact]
    public async Task The_short_names_show_what_matters()
    {
        await Cluster.Fleet.DefineAsync();
        KubectlRunner kubectl = await KubectlAsync();
        string name = FleetObjects.NewName("shown");
        string[] paths = [$"{FleetObjects.Policies}/{name}", $"{FleetObjects.Recycles}/{name}", $"{FleetObjects.Guarded}/{name}"];
        try
        {
            await MakeAsync(FleetObjects.Policies, FleetObjects.Policy(name), Policy);
            await MakeAsync(
                FleetObjects.Recycles,
                FleetObjects.Recycle(name, $"\"nodeName\":\"node-{name}\",\"reasons\":[\"Image\",\"Age\"],\"cancel\":true"),
                """{"status":{"phase":"Draining","phaseSince":"2020-01-01T00:00:00Z","message":"waits for shop/cart"}}""");
            await MakeAsync(FleetObjects.Guarded, FleetObjects.GuardedNode(name), Guarded);

            string policies = await UntilAsync(kubectl, name, "get", "np");
            Header(policies).ShouldBe("NAME NODES OUTDATED UNAVAILABLE IN PROGRESS OLDEST FROZEN FORECAST AGE");
            Row(policies, name)[..8].ShouldBe([name, "100", "12", "2", "1", "29d", "False", "all"]);

            string recycles = await UntilAsync(kubectl, name, "get", "nr");
            Header(recycles).ShouldBe("NAME NODE REASONS PHASE SINCE AGE");
            Row(recycles, name)[..4].ShouldBe([name, $"node-{name}", "[\"Image\",\"Age\"]", "Draining"]);
            (await UntilAsync(kubectl, name, "get", "nr", "-o", "wide")).ShouldContain("waits for shop/cart");

            string guarded = await UntilAsync(kubectl, name, "get", "gn");
            Header(guarded).ShouldBe("NAME ROUTES NETWORKD IMAGE HEARTBEAT AGE");
            Row(guarded, name)[..4].ShouldBe([name, "Intact", "active", "2026.11.3"]);

            string all = await UntilAsync(kubectl, $"guardednode.nodeguard.io/{name}", "get", "np,nr,gn");
            all.ShouldContain($"nodepolicy.nodeguard.io/{name}");
            all.ShouldContain($"noderecycle.nodeguard.io/{name}");
            (await DoAsync(kubectl, "get", "nodeguard")).ShouldContain($"nodepolicy.nodeguard.io/{name}");
        }
        finally
        {
            foreach (string path in paths)
                await Cluster.Api.DeleteAsync(path);
        }
    }

    [Fact]
    public async Task Explain_describes_every_field()
    {
        await Cluster.Fleet.DefineAsync();
        KubectlRunner kubectl = await KubectlAsync();

        string explained = await UntilAsync(kubectl, "maxUnavailable", "explain", "nodepolicies.spec.budget");

        explained.ShouldContain("How many nodes may be unavailable at once");
    }

    private async Task MakeAsync(string path, JsonObject value, string status)
    {
        RawAnswer made = await Cluster.Api.CreateAsync(path, value);
        (await Cluster.Api.PatchAsync($"{path}/{made["metadata"]["name"]}/status", Answers.Json(status))).ShouldBeDone();
    }

    private static string Header(string table) => string.Join(' ', Cells(table.Split('\n')[0]));

    private static string[] Row(string table, string name) =>
        Cells(table.Split('\n').Single(l => l.StartsWith($"{name} ", StringComparison.Ordinal)));
}
