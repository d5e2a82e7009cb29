using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using NodeGuard.Api.Tests.Kubectl;
using NodeGuard.Sandbox.Hosting;
using NodeGuard.Sandbox.Simulation.Machines;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Simulation;

/// <summary>The sandbox's machine pools as a person with kubectl sees them. There is nothing of the kind on a real server.</summary>
public sealed class MachinePoolTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-pools-").FullName;
    private SandboxHost _host = null!;
    private Stage _stage = null!;

    public async Task InitializeAsync()
    {
        _host = await SandboxHost.StartAsync(
            new SandboxOptions
            {
                Nodes = 0,
                Speed = 120,
                Pools =
                [
                    new PoolSpec { Name = "plain", Count = 2, Agents = true },
                    new PoolSpec { Name = "capi", Count = 2, Provider = PoolProvider.ClusterApi },
                    new PoolSpec { Name = "karpenter", Count = 2, Provider = PoolProvider.Karpenter },
                    new PoolSpec { Name = "resource", Count = 2, Provider = PoolProvider.Resource },
                ],
            },
            static _ => { });
        string kubeconfig = Path.Combine(_directory, "kubeconfig");
        Sandbox.Http.Kubeconfig.Write(kubeconfig, _host.Server.KubeconfigText());
        var api = RawApi.FromKubeconfig(kubeconfig);
        _stage = new Stage(api, new KubectlRunner(kubeconfig), "default", []);
    }

    public async Task DisposeAsync()
    {
        _stage.Api.Dispose();
        await _host.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task KubectlShowsThePoolsAndChangesTheirImages()
    {
        (await _stage.RunAsync(null, "get", "sandboxpools")).ShouldContain("clusterapi");
        (await _stage.RunAsync(null, "get", "machines,machinesets,machinedeployments,nodeclaims,nodepools,instances")).ShouldContain("capi-x7k2p-");
        await _stage.RunAsync(null, "patch", "sandboxpool", "plain", "--type=merge", "-p", """{"spec":{"image":"debian-13"}}""");
        await _stage.RunAsync(null, "delete", "node", "plain-0001", "--wait=false");
        JsonNode node = await ReadyAsync("plain-0003");
        node["status"]!["nodeInfo"]!["osImage"]!.ToString().ShouldBe("debian-13");
    }

    [Theory]
    [InlineData("machine", "capi")]
    [InlineData("nodeclaim", "karpenter")]
    [InlineData("instance", "resource")]
    public async Task DeletingAProvidersObjectReplacesItsNode(string kind, string pool)
    {
        string node = $"{pool}-0001";
        string objects = await _stage.RunAsync(null, "get", kind, "-o", "json");
        string name = JsonNode.Parse(objects)!["items"]!.AsArray()
            .Single(item => item!["status"]!.ToJsonString().Contains($"\"{node}\"", StringComparison.Ordinal))!["metadata"]!["name"]!.ToString();
        await _stage.RunAsync(null, "delete", kind, name, "--timeout=50s");
        (await _stage.Api.GetAsync($"/api/v1/nodes/{node}")).Code.ShouldBe(404);
        await ReadyAsync($"{pool}-0003");
    }

    [Fact]
    public async Task AnAgentFillsTheGuardedNodeOfItsNodeByTheRealSchemaAndReboots()
    {
        await _stage.RunAsync(null, "apply", "-f", Path.Combine(Root(), "deploy", "crds", "nodeguard.io_guardednodes.yaml"));
        await _stage.RunAsync("""{"apiVersion":"nodeguard.io/v1alpha1","kind":"GuardedNode","metadata":{"name":"plain-0002"},"spec":{}}""", "create", "-f", "-");
        const string Guarded = "/apis/nodeguard.io/v1alpha1/guardednodes/plain-0002";
        JsonNode first = await _stage.UntilAsync(Guarded, item => item["status"]?["heartbeat"] is not null);
        string boot = first["status"]!["bootID"]!.ToString();

        // A patch of the status passes the schema with all of it: what the schema does not know would be gone.
        JsonNode patched = JsonNode.Parse(await _stage.RunAsync(
            null, "patch", "guardednode", "plain-0002", "--subresource=status", "--type=merge", "-p", """{"status":{"kernel":"x"}}""", "-o", "json"))!;
        Shape(patched["status"]!).ShouldBe(Shape(first["status"]!));

        string deadline = _host.Cluster.Clock.GetUtcNow().AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        await _stage.RunAsync(
            null, "patch", "guardednode", "plain-0002", "--type=merge", "-p",
            $$"""{"spec":{"operation":{"id":"one","kind":"Reboot","deadline":"{{deadline}}"} } }""");
        JsonNode done = await _stage.UntilAsync(Guarded, item => item["status"]!["operation"]?["state"]?.ToString() == "Done");
        done["status"]!["bootID"]!.ToString().ShouldNotBe(boot);
        (await ReadyAsync("plain-0002"))["status"]!["nodeInfo"]!["bootID"]!.ToString().ShouldBe(done["status"]!["bootID"]!.ToString());
    }

    private async Task<JsonNode> ReadyAsync(string node) => await _stage.UntilAsync($"/api/v1/nodes/{node}", item =>
        item["status"]?["conditions"]?.AsArray().Any(condition => condition!["type"]!.ToString() == "Ready" && condition["status"]!.ToString() == "True") == true);

    private static string[] Shape(JsonNode node) => node is JsonObject fields
        ? [.. fields.SelectMany(field => field.Value is null ? [] : Shape(field.Value).Select(path => $"{field.Key}.{path}")).Order(StringComparer.Ordinal)]
        : [""];

    private static string Root()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "build.sh")))
        {
            directory = directory.Parent;
        }

        return directory.ShouldNotBeNull("the tests run from a checkout").FullName;
    }
}
