using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Client;

/// <summary>What a server refuses becomes a kind that a caller can act upon, and a sentence.</summary>
[Collection(ClusterTests.Name)]
public sealed class FailureTests(ClusterFixture cluster) : IDisposable
{
    private readonly KubeClient _client = Clients.Admin(cluster);

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task What_is_forbidden_names_the_rule_that_would_allow_it()
    {
        string ns = await cluster.NewNamespaceAsync("refused");
        using KubeClient powerless = await Clients.PowerlessAsync(cluster, ns);
        ApiFailure evict = (await powerless.EvictAsync(new(ns, "web-0"), new DeleteQuery(), default)).Failure();
        evict.Kind.ShouldBe(ApiFailureKind.Forbidden);
        evict.Message.ShouldContain($"apiGroups [\"\"], resources [\"pods/eviction\"], verbs [\"create\"] in a ClusterRole, or a Role in namespace {ns}");
        evict.Message.ShouldContain($"system:serviceaccount:{ns}:powerless");
        ApiFailure list = (await powerless.ListPageAsync(ResourceTypes.Deployments, new ListQuery(), default)).Failure();
        list.Kind.ShouldBe(ApiFailureKind.Forbidden);
        list.Message.ShouldContain("apiGroups [\"apps\"], resources [\"deployments\"], verbs [\"list\"] in a ClusterRole");
    }

    [Fact]
    public async Task A_token_that_is_none_is_unauthorized_and_not_repeated_in_the_message()
    {
        string users = Path.Combine(cluster.Scratch, "wrong.kubeconfig");
        await File.WriteAllTextAsync(users, "users: [{name: wrong, user: {token: hunter2}}]");
        using KubeClient client = Clients.Connect(
            new ConnectionRequest(User: "wrong"), name => name == "KUBECONFIG" ? $"{users}:{cluster.Kubeconfig}" : null);
        ApiFailure failure = (await client.GetAsync(ResourceTypes.Namespaces, new("", "default"), default)).Failure();
        failure.Kind.ShouldBe(ApiFailureKind.Unauthorized);
        failure.Message.ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task A_name_that_is_taken_or_wrong_is_told_apart()
    {
        string ns = await cluster.NewNamespaceAsync("refused");
        var lease = new Lease { Metadata = new ObjectMeta { Namespace = ns, Name = "a" }, Spec = new LeaseSpec { HolderIdentity = "x" } };
        (await _client.CreateAsync(ResourceTypes.Leases, lease, WriteOptions.Default, default)).Value();
        (await _client.CreateAsync(ResourceTypes.Leases, lease, WriteOptions.Default, default)).Failure().Kind.ShouldBe(ApiFailureKind.AlreadyExists);
        lease.Metadata.Name = "A_b";
        ApiFailure wrong = (await _client.CreateAsync(ResourceTypes.Leases, lease, WriteOptions.Default, default)).Failure();
        wrong.Kind.ShouldBe(ApiFailureKind.Invalid);
        wrong.Causes.ShouldContain(c => c.Field == "metadata.name");
    }

    [Fact]
    public async Task An_eviction_is_let_through_blocked_by_its_budget_and_refused_for_another_pod_of_the_name()
    {
        string ns = await cluster.NewNamespaceAsync("refused");
        string node = await cluster.NewNodeAsync("refused");
        var labels = new JsonObject { ["app"] = "web" };
        await cluster.Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", TestObjects.Pod("free", node));
        await cluster.Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", TestObjects.Pod("kept", node, labels));
        var budget = new PodDisruptionBudget
        {
            Metadata = new ObjectMeta { Namespace = ns, Name = "web" },
            Spec = new PodDisruptionBudgetSpec { MinAvailable = new IntOrString(1), Selector = new LabelSelector { MatchLabels = new() { ["app"] = "web" } } },
        };
        (await _client.CreateAsync(ResourceTypes.PodDisruptionBudgets, budget, WriteOptions.Default, default)).Value();
        await Clients.UntilAsync(
            async () => (await _client.GetAsync(ResourceTypes.Pods, new(ns, "kept"), default)).Value().Status?.Phase, phase => phase == "Running");
        // What the disruption controller writes, where there is one.
        var seen = Clients.Patch(
            PatchKind.Merge, """{"status":{"observedGeneration":1,"expectedPods":1,"desiredHealthy":1,"currentHealthy":1,"disruptionsAllowed":0}}""");
        (await _client.PatchAsync(ResourceTypes.PodDisruptionBudgets, new(ns, "web"), seen, "status", WriteOptions.Default, default)).Value();

        ApiFailure blocked = (await _client.EvictAsync(new(ns, "kept"), new DeleteQuery(), default)).Failure();
        blocked.Kind.ShouldBe(ApiFailureKind.BlockedByBudget);
        blocked.Causes.ShouldContain(c => c.Reason == "DisruptionBudget" && c.Message.Contains("web", StringComparison.Ordinal));
        ApiFailure other = (await _client.EvictAsync(new(ns, "free"), new DeleteQuery(Uid: Guid.NewGuid().ToString()), default)).Failure();
        other.Kind.ShouldBe(ApiFailureKind.Conflict);
        (await _client.EvictAsync(new(ns, "free"), new DeleteQuery(DryRun: true), default)).Value().ShouldBeTrue();
        (await _client.EvictAsync(new(ns, "free"), new DeleteQuery(GracePeriod: TimeSpan.Zero), default)).Value().ShouldBeTrue();
        await Clients.UntilAsync(
            async () => await _client.GetAsync(ResourceTypes.Pods, new(ns, "free"), default), r => r is ApiResult<Pod>.Failed { Failure.Kind: ApiFailureKind.NotFound });
        (await _client.EvictAsync(new(ns, "free"), new DeleteQuery(), default)).Failure().Kind.ShouldBe(ApiFailureKind.NotFound);

        budget.Metadata = new ObjectMeta { Namespace = ns, Name = "second" };
        (await _client.CreateAsync(ResourceTypes.PodDisruptionBudgets, budget, WriteOptions.Default, default)).Value();
        await Clients.UntilAsync(
            async () => (await _client.EvictAsync(new(ns, "kept"), new DeleteQuery(), default)).Failure().Kind, kind => kind == ApiFailureKind.SeveralBudgets);
    }
}
