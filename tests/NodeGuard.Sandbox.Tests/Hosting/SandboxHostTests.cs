using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Hosting;
using NodeGuard.Sandbox.Http;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Hosting;

public sealed class SandboxHostTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-host-").FullName;
    private readonly List<string> _said = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task ANewClusterHasReadyNodesBeforeTheFirstRequestAndItsWorkloadsRunSoon()
    {
        await using SandboxHost host = await StartAsync(new SandboxOptions { Workloads = "demo", Speed = 60 });
        All(host, "nodes").Select(node => node.Condition("Ready").Text("status")).ShouldBe(["True", "True", "True"]);
        await EventuallyAsync(() => All(host, "pods").Count(PodState.IsReady) >= 11);
        JsonObject[] pods = All(host, "pods");
        string[] apps = [.. pods.Select(pod => pod.Text("metadata", "labels", "app")).Distinct()];
        foreach (string app in (string[])["web", "db", "log-agent", "singleton"])
        {
            apps.ShouldContain(app);
        }

        string[] onFirst = [.. pods.Where(pod => PodState.NodeName(pod) == "node-1").Select(pod => pod.Text("metadata", "labels", "app"))];
        onFirst.ShouldNotContain("singleton", "the tour drains node-1");
        onFirst.ShouldContain("web");
        _said.ShouldBeEmpty();
    }

    [Fact]
    public async Task ADataDirectoryKeepsTheObjectsAndWhatWasDeletedStaysDeleted()
    {
        var options = new SandboxOptions { Nodes = 2, Workloads = "none", Data = Path.Combine(_directory, "data") };
        long revision;
        await using (SandboxHost first = await StartAsync(options))
        {
            Delete(first, "node-2");
            revision = first.Cluster.Store.Revision;
        }

        await using SandboxHost second = await StartAsync(options);
        All(second, "nodes").Select(node => node.Name()).ShouldBe(["node-1"]);
        second.Cluster.Store.Revision.ShouldBeGreaterThan(revision);
    }

    [Fact]
    public async Task ARestartedSandboxKnowsItsMachinesAgain()
    {
        var options = new SandboxOptions
        {
            Nodes = 0,
            Speed = 600,
            Data = Path.Combine(_directory, "data"),
            Pools =
            [
                new PoolSpec { Name = "plain", Count = 2 }, new PoolSpec { Name = "capi", Count = 2, Provider = PoolProvider.ClusterApi },
                new PoolSpec { Name = "karpenter", Count = 2, Provider = PoolProvider.Karpenter },
                new PoolSpec { Name = "resource", Count = 2, Provider = PoolProvider.Resource },
            ],
        };
        await using (SandboxHost first = await StartAsync(options))
        {
            Delete(first, "plain-0001");
            await EventuallyAsync(() => first.Cluster.Store.Get("nodes", "plain-0003") is not null);
        }

        await using SandboxHost second = await StartAsync(options);
        Delete(second, "plain-0002");
        await EventuallyAsync(() => second.Cluster.Store.Get("nodes", "plain-0004") is not null);
        JsonObject machine = second.Cluster.Store.Snapshot("machines.cluster.x-k8s.io").Objects().First().Value;
        second.Cluster.Write.Delete(
            new ApiRequest
            {
                Verb = "delete",
                Resource = second.Cluster.Resources.Get("cluster.x-k8s.io", "v1beta2", "machines"),
                Namespace = "default",
                Name = machine.Name(),
            },
            new DeleteOptions()).Succeeded.ShouldBeTrue();
        await EventuallyAsync(() => second.Cluster.Store.Get("nodes", "capi-0003") is not null);
        All(second, "nodes").Length.ShouldBe(8);
        _said.ShouldBeEmpty();
    }

    [Fact]
    public async Task AManifestMayDefineAKindAndHoldItsObjects()
    {
        string file = Path.Combine(_directory, "kinds.yaml");
        await File.WriteAllTextAsync(
            file,
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: widgets.example.com}
            spec:
              group: example.com
              scope: Cluster
              names: {kind: Widget, listKind: WidgetList, plural: widgets, singular: widget}
              versions:
              - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
            ---
            apiVersion: example.com/v1
            kind: Widget
            metadata: {name: first}
            """);
        await using SandboxHost host = await StartAsync(new SandboxOptions { Manifests = [file] });
        host.Cluster.Store.Get("widgets.example.com", "first").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("apiVersion: v9\nkind: Pod\n", "no kind 'Pod' in apiVersion 'v9'")]
    [InlineData("a: [\n", "is not YAML at line 2")]
    [InlineData("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n", "spec.containers")]
    public async Task AManifestThatCannotBeTakenIsNamedWithTheReason(string text, string reason)
    {
        string file = Path.Combine(_directory, "objects.yaml");
        await File.WriteAllTextAsync(file, text);
        SandboxException refused = await Should.ThrowAsync<SandboxException>(() => StartAsync(new SandboxOptions { Manifests = [file] }));
        refused.Message.ShouldContain(file);
        refused.Message.ShouldContain(reason);
    }

    [Fact]
    public async Task WhatIsMissingOrTakenIsNamed()
    {
        (await Should.ThrowAsync<SandboxException>(() => StartAsync(new SandboxOptions { Manifests = ["/nowhere.yaml"] })))
            .Message.ShouldContain("/nowhere.yaml");
        (await Should.ThrowAsync<SandboxException>(() => StartAsync(new SandboxOptions { Faults = ["late"] })))
            .Message.ShouldContain("'late'");
        await using SandboxHost host = await StartAsync(new SandboxOptions());
        int port = new Uri(host.Server.Address).Port;
        (await Should.ThrowAsync<SandboxException>(() => StartAsync(new SandboxOptions { Port = port })))
            .Message.ShouldContain($"port {port}");
    }

    [Fact]
    public async Task WhoAskedForWhatIsCountedAndToldToAdminsOnly()
    {
        await using SandboxHost host = await StartAsync(new SandboxOptions());
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPem(host.Server.AuthorityPem);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trust;
        using var client = new HttpClient(handler) { BaseAddress = new Uri(host.Server.Address) };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("tool/1.2 (linux/amd64)");
        (await client.GetAsync(RequestCounts.Path)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Server.AdminToken);
        foreach (string path in (string[])["/api/v1/nodes", "/api/v1/nodes?watch=1&timeoutSeconds=0", "/api/v1/nodes/node-1", "/apis", "/api/v1/nodes/node-1"])
        {
            await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        }

        await client.PostAsync("/api/v1/namespaces/default/pods/none/eviction", new StringContent("{}"));
        (await client.GetStringAsync(RequestCounts.Path)).ShouldBe(
            "1 tool create pods/eviction\n1 tool get /apis\n2 tool get nodes\n1 tool list nodes\n1 tool watch nodes\n");
        await client.DeleteAsync(RequestCounts.Path);
        (await client.GetStringAsync(RequestCounts.Path)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--nodes", "-1")]
    [InlineData("--nodes", "many")]
    [InlineData("--speed", "0")]
    [InlineData("--port", "70000")]
    [InlineData("--unknown", "x")]
    [InlineData("--pool", "count=3")]
    [InlineData("--pool", "name=w,provider=aws")]
    [InlineData("--webhook-port", "-1")]
    public async Task AWrongArgumentIsAUsageError(params string[] arguments) =>
        (await SandboxCommand.RunAsync(arguments)).ShouldBe(2);

    private async Task<SandboxHost> StartAsync(SandboxOptions options) => await SandboxHost.StartAsync(options, _said.Add);

    private static JsonObject[] All(SandboxHost host, string plural) =>
        [.. host.Cluster.Store.Snapshot(host.Cluster.Resources.Get("", "v1", plural).StorageKey).Objects().Select(item => item.Value)];

    private static void Delete(SandboxHost host, string node) => host.Cluster.Write.Delete(
        new ApiRequest { Verb = "delete", Resource = host.Cluster.Resources.Get("", "v1", "nodes"), Name = node },
        new DeleteOptions()).Succeeded.ShouldBeTrue();

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition())
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}
