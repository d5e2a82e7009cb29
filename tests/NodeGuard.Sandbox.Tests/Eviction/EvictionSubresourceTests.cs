using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Eviction;
using NodeGuard.Sandbox.Json;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Eviction;

public sealed class EvictionSubresourceTests
{
    private static readonly ResourceInfo Pods = new()
    {
        Group = "",
        Version = "v1",
        Plural = "pods",
        Singular = "pod",
        Kind = "Pod",
        Namespaced = true,
        HasStatus = true,
    };

    private static readonly ResourceInfo Budgets = new()
    {
        Group = "policy",
        Version = "v1",
        Plural = "poddisruptionbudgets",
        Singular = "poddisruptionbudget",
        Kind = "PodDisruptionBudget",
        Namespaced = true,
        HasStatus = true,
    };

    private readonly Cluster _cluster = new(TimeProvider.System);

    public EvictionSubresourceTests()
    {
        _cluster.Resources.Add(Pods);
        _cluster.Resources.Add(Budgets);
    }

    [Fact]
    public void A_pod_without_a_budget_is_deleted()
    {
        AddPod("p");
        ApiResult result = Evict("p");
        result.Code.ShouldBe(201);
        result.Status!.ToJson().Text("status").ShouldBe("Success");
        Pod("p").ShouldBeNull();
    }

    [Fact]
    public void Evicting_again_finds_nothing()
    {
        ApiResult result = Evict("p");
        result.Code.ShouldBe(404);
        result.Status!.Message.ShouldBe("pods \"p\" not found");
    }

    [Fact]
    public void A_budget_is_spent_once_and_then_blocks()
    {
        AddPod("p", "Running", ready: true);
        AddPod("q", "Running", ready: true);
        AddBudget("b", allowed: 1);
        Evict("p").Code.ShouldBe(201);
        Evict("q").Code.ShouldBe(429);
        Pod("p").ShouldBeNull();
        Pod("q").ShouldNotBeNull();
        Budget("b").Number("status", "disruptionsAllowed").ShouldBe(0);
        Budget("b").Text("status", "disruptedPods", "p").ShouldNotBeNull();
    }

    [Fact]
    public void A_dry_run_changes_neither_pod_nor_budget()
    {
        AddPod("p", "Running", ready: true);
        AddBudget("b", allowed: 1);
        long revision = _cluster.Store.Revision;
        Evict("p", dryRun: true).Code.ShouldBe(201);
        Evict("p", """{"dryRun":["All"]}""").Code.ShouldBe(201);
        _cluster.Store.Revision.ShouldBe(revision);
    }

    [Fact]
    public void Dry_runs_that_contradict_each_other_are_refused() =>
        Evict("p", """{"dryRun":["Some"]}""", dryRun: true).Status!.Message
            .ShouldBe("Non-matching dry-run options in request and content: [All] and [Some]");

    [Fact]
    public void A_budget_that_selects_others_does_not_count()
    {
        AddPod("p", "Running", ready: true, app: "other");
        AddBudget("b", allowed: 0);
        Evict("p").Code.ShouldBe(201);
    }

    [Theory]
    [InlineData("Pending")]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    public void Pods_that_do_not_run_go_in_spite_of_a_budget(string phase)
    {
        AddPod("p", phase);
        AddBudget("b", allowed: 0);
        Evict("p").Code.ShouldBe(201);
        Pod("p").ShouldBeNull();
    }

    [Fact]
    public void An_unready_pod_goes_when_the_budget_is_healthy_and_spends_nothing()
    {
        AddPod("p", "Running", ready: false);
        AddBudget("b", allowed: 0);
        Evict("p").Code.ShouldBe(201);
        Budget("b").At("status", "disruptedPods").ShouldBeNull();
    }

    [Fact]
    public void A_wrong_uid_is_a_conflict_that_costs_a_disruption()
    {
        AddPod("p", "Running", ready: true);
        AddBudget("b", allowed: 1);
        ApiResult result = Evict("p", """{"preconditions":{"uid":"abc"}}""");
        result.Code.ShouldBe(409);
        string uid = Pod("p").Text("metadata", "uid")!;
        result.Status!.Message.ShouldBe(
            $"Operation cannot be fulfilled on Pod \"p\": the UID in the precondition (abc) does not match the UID in record ({uid}). "
            + "The object might have been deleted and then recreated");
        Budget("b").Number("status", "disruptionsAllowed").ShouldBe(0);
    }

    [Theory]
    [InlineData("Running")]
    [InlineData("Pending")]
    public void A_wrong_version_is_a_conflict(string phase)
    {
        AddPod("p", phase);
        Evict("p", """{"preconditions":{"resourceVersion":"1"}}""").Code.ShouldBe(409);
        Pod("p").ShouldNotBeNull();
    }

    [Fact]
    public void The_right_uid_and_version_delete()
    {
        AddPod("p", "Running", ready: true);
        JsonNode meta = Pod("p")!["metadata"]!;
        Evict("p", $$$"""{"preconditions":{"uid":"{{{meta.Text("uid")}}}","resourceVersion":"{{{meta.Text("resourceVersion")}}}"} }""")
            .Code.ShouldBe(201);
        Pod("p").ShouldBeNull();
    }

    [Fact]
    public void A_pod_that_stays_for_its_finalizer_says_why_it_goes()
    {
        AddPod("p", "Running", ready: true, finalizer: "a.b/c");
        Evict("p").Code.ShouldBe(201);
        JsonNode? condition = Pod("p").Items("status", "conditions").Single(c => c.Text("type") == "DisruptionTarget");
        condition.Text("reason").ShouldBe("EvictionByEvictionAPI");
        Pod("p").Text("metadata", "deletionTimestamp").ShouldNotBeNull();
        Evict("p").Code.ShouldBe(201);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"q"}}""", "name in URL does not match name in Eviction object")]
    [InlineData("""{"metadata":{}}""", "name in URL does not match name in Eviction object")]
    [InlineData(
        """{"metadata":{"name":"p","namespace":"x"}}""",
        "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData(
        """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}""",
        "Pod in version \"v1\" cannot be handled as a Eviction: converting (v1.Pod) to (policy.Eviction): unknown conversion")]
    public void A_body_that_is_no_eviction_of_this_pod_is_a_bad_request(string body, string message)
    {
        AddPod("p");
        ApiResult result = EvictionSubresource.Handle(_cluster, Request("p"), JsonNode.Parse(body)!.AsObject());
        result.Code.ShouldBe(400);
        result.Status!.Message.ShouldBe(message);
        Pod("p").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("policy/v1")]
    [InlineData("policy/v1beta1")]
    public void Both_versions_of_the_body_are_taken(string version)
    {
        AddPod("p");
        JsonObject body = new() { ["apiVersion"] = version, ["kind"] = "Eviction", ["metadata"] = new JsonObject { ["name"] = "p" } };
        EvictionSubresource.Handle(_cluster, Request("p"), body).Code.ShouldBe(201);
    }

    [Fact]
    public async Task Parallel_evictions_never_exceed_the_budget()
    {
        for (int i = 0; i < 40; i++)
            AddPod($"p{i}", "Running", ready: true);
        AddBudget("b", allowed: 7);
        ApiResult[] results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => Evict($"p{i}"))));
        results.Count(r => r.Code == 201).ShouldBe(7);
        results.Count(r => r.Code is 429 or 504).ShouldBe(33);
        Budget("b").Number("status", "disruptionsAllowed").ShouldBe(0);
    }

    private static ApiRequest Request(string pod, bool dryRun = false) => new()
    {
        Verb = "create",
        Resource = Pods,
        Namespace = "n",
        Name = pod,
        Subresource = "eviction",
        DryRun = dryRun,
    };

    private ApiResult Evict(string pod, string? options = null, bool dryRun = false)
    {
        JsonObject body = new() { ["metadata"] = new JsonObject { ["name"] = pod } };
        if (options is not null)
            body["deleteOptions"] = JsonNode.Parse(options);
        return EvictionSubresource.Handle(_cluster, Request(pod, dryRun), body);
    }

    private JsonObject? Pod(string name) => _cluster.Store.Get(Pods.StorageKey, "n/" + name)?.Value;

    private JsonObject? Budget(string name) => _cluster.Store.Get(Budgets.StorageKey, "n/" + name)?.Value;

    private void AddPod(string name, string phase = "Running", bool ready = true, string app = "a", string? finalizer = null)
    {
        JsonObject pod = JsonNode.Parse($$$"""
            {"metadata":{"name":"{{{name}}}","labels":{"app":"{{{app}}}"}},
             "status":{"phase":"{{{phase}}}","conditions":[{"type":"Ready","status":"{{{ready}}}"}]}}
            """)!.AsObject();
        if (finalizer is not null)
            pod["metadata"]!["finalizers"] = new JsonArray(finalizer);
        Create(Pods, name, pod);
    }

    private void AddBudget(string name, int allowed) => Create(Budgets, name, JsonNode.Parse($$$"""
        {"metadata":{"name":"{{{name}}}"},"spec":{"selector":{"matchLabels":{"app":"a"}} },
         "status":{"observedGeneration":1,"desiredHealthy":1,"currentHealthy":1,"disruptionsAllowed":{{{allowed}}} }}
        """)!.AsObject());

    private void Create(ResourceInfo resource, string name, JsonObject value)
    {
        ApiRequest request = new() { Verb = "create", Resource = resource, Namespace = "n" };
        JsonNode status = value["status"]!.DeepClone();
        _cluster.Write.Create(request, value).Succeeded.ShouldBeTrue();
        _cluster.Write.Update(request with { Verb = "update", Name = name, Subresource = "status" }, old =>
        {
            JsonObject next = old.Clone();
            next["status"] = status.DeepClone();
            return next;
        }).Succeeded.ShouldBeTrue();
    }
}
