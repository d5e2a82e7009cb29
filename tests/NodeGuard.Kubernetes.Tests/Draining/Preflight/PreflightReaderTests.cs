using NodeGuard.Core.Draining;
using NodeGuard.Core.Draining.Preflight;
using NodeGuard.Core.Units;
using NodeGuard.Kubernetes.Draining.Preflight;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Draining.Preflight;

public sealed class PreflightReaderTests
{
    [Fact]
    public async Task PodsAreReadWithWhatHoldsThem()
    {
        var input = await ReadAsync(Cluster());

        var pod = input.Pods.Single(static pod => pod.Name == "web-1-a");
        pod.NodeName.ShouldBe("a");
        pod.Controller.ShouldBe(new OwnerKey("apps", "ReplicaSet", "shop", "web-1"));
        pod.LocalVolumes.ShouldBe(["scratch"]);
        pod.Claims.ShouldBe(["data", "web-1-a-tmp"]);
        pod.CrashLooping.ShouldBeTrue();
        pod.Ready.ShouldBeFalse();
        pod.Grace.ShouldBe(TimeSpan.FromSeconds(7));
        pod.Requests["cpu"].ShouldBe(0.6m);
        pod.Tolerations.ShouldBe([new PodToleration("gpu", true, "", "")]);
        pod.Selection!.Labels["disk"].ShouldBe("ssd");
        pod.Selection.Terms.Single().Expressions.Single().Operator.ShouldBe(NodeOperator.GreaterThan);
        input.Pods.Count.ShouldBe(3);
    }

    [Fact]
    public async Task OwnersAreFollowedUpAndReadOnce()
    {
        var api = Cluster();

        var input = await ReadAsync(api);

        input.Controllers.Select(static controller => $"{controller.Key} {controller.Replicas}").Order(StringComparer.Ordinal)
            .ShouldBe(["Deployment shop/web 3", "ReplicaSet shop/web-1 3"]);
        api.Reads.Count(static read => read == "replicasets shop/web-1").ShouldBe(1);
        api.Reads.ShouldNotContain("replicasets shop/elsewhere");
    }

    [Fact]
    public async Task BudgetsAreReadWithTheirStatusOnlyWhenItIsOfThisGeneration()
    {
        var input = await ReadAsync(Cluster());

        var counted = input.Budgets.Single(static budget => budget.Name == "web");
        counted.MinAvailable.ShouldBe(new CountOrPercent(50, true));
        counted.AlwaysAllowUnhealthy.ShouldBeTrue();
        counted.Status.ShouldBe(new BudgetStatus(1, 2, 2, 3, null));
        input.Budgets.Single(static budget => budget.Name == "stale").Status.ShouldBeNull();
    }

    [Fact]
    public async Task AVolumeSaysFromWhichNodesItIsReached()
    {
        var input = await ReadAsync(Cluster());

        input.ClaimPlacement.Keys.ShouldBe(["shop/data"]);
        input.ClaimPlacement["shop/data"].Accepts(new PreflightNode { Name = "b", Labels = new Dictionary<string, string> { ["zone"] = "1" } }).ShouldBeTrue();
        input.ClaimPlacement["shop/data"].Accepts(new PreflightNode { Name = "c", Labels = new Dictionary<string, string> { ["zone"] = "2" } }).ShouldBeFalse();
    }

    [Theory]
    [InlineData("poddisruptionbudgets", "pod disruption budgets were not read")]
    [InlineData("namespaces", "namespaces were not read")]
    [InlineData("replicasets", "owners of kind ReplicaSet were not all read")]
    [InlineData("persistentvolumes", "volumes were not all read")]
    public async Task WhatMayNotBeReadIsSaid(string plural, string said)
    {
        var api = Cluster();
        api.Refuse(plural, ApiFailureKind.Forbidden);

        (await ReadAsync(api)).Unread.ShouldHaveSingleItem().ShouldStartWith(said);
    }

    [Theory]
    [InlineData("nodes")]
    [InlineData("pods")]
    public async Task WithoutNodesOrPodsThereIsNoAnswer(string plural)
    {
        var api = Cluster();
        api.Refuse(plural, ApiFailureKind.Forbidden);

        var result = await new PreflightReader(api).ReadAsync(["a"], CancellationToken.None);

        result.ShouldBeOfType<ApiResult<PreflightInput>.Failed>().Failure.Kind.ShouldBe(ApiFailureKind.Forbidden);
    }

    [Fact]
    public async Task AnExpiredTokenStartsTheListAgainWithoutCountingTwice()
    {
        var api = Cluster();
        api.TokenExpires = true;

        (await ReadAsync(api)).Pods.Count.ShouldBe(3);
    }

    private static async Task<PreflightInput> ReadAsync(ReadOnlyApi api) =>
        (await new PreflightReader(api).ReadAsync(["a"], CancellationToken.None)).ShouldBeOfType<ApiResult<PreflightInput>.Ok>().Value;

    private static ReadOnlyApi Cluster()
    {
        var api = new ReadOnlyApi();
        api.Add("nodes", """{"metadata":{"name":"a"},"status":{"allocatable":{"cpu":"4","memory":"8Gi"},"conditions":[{"type":"Ready","status":"True"}]}}""");
        api.Add("namespaces", """{"metadata":{"name":"shop","labels":{"team":"x"}}}""");
        api.Add("pods", """
            {"metadata":{"namespace":"shop","name":"web-1-a","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-1","controller":true}]},
             "spec":{"nodeName":"a","terminationGracePeriodSeconds":7,"nodeSelector":{"disk":"ssd"},
              "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"gen","operator":"Gt","values":["4"]}]}]}}},
              "tolerations":[{"key":"gpu","operator":"Exists"}],
              "containers":[{"name":"c","resources":{"requests":{"cpu":"500m"}}},{"name":"d","resources":{"requests":{"cpu":"100m"}}}],
              "volumes":[{"name":"scratch","emptyDir":{}},{"name":"d","persistentVolumeClaim":{"claimName":"data"}},{"name":"tmp","ephemeral":{}}]},
             "status":{"phase":"Running","containerStatuses":[{"name":"c","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}}
            """);
        api.Add("pods", """{"metadata":{"namespace":"shop","name":"web-1-b","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-1","controller":true}]},"spec":{"nodeName":"a"}}""");
        api.Add("pods", """{"metadata":{"namespace":"shop","name":"c","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"elsewhere","controller":true}]},"spec":{"nodeName":"b"}}""");
        api.Add("replicasets", """{"metadata":{"namespace":"shop","name":"web-1","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","controller":true}]},"spec":{"replicas":3}}""");
        api.Add("deployments", """{"metadata":{"namespace":"shop","name":"web"},"spec":{"replicas":3}}""");
        api.Add("poddisruptionbudgets", """
            {"metadata":{"namespace":"shop","name":"web","generation":2},"spec":{"minAvailable":"50%","selector":{"matchLabels":{"app":"web"}},"unhealthyPodEvictionPolicy":"AlwaysAllow"},
             "status":{"observedGeneration":2,"disruptionsAllowed":1,"currentHealthy":2,"desiredHealthy":2,"expectedPods":3}}
            """);
        api.Add("poddisruptionbudgets", """{"metadata":{"namespace":"shop","name":"stale","generation":2},"spec":{"maxUnavailable":1},"status":{"observedGeneration":1}}""");
        api.Add("persistentvolumeclaims", """{"metadata":{"namespace":"shop","name":"data"},"spec":{"volumeName":"pv-1"}}""");
        api.Add("persistentvolumes", """
            {"metadata":{"name":"pv-1"},"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"In","values":["1"]}]}]}}}}
            """);
        return api;
    }
}
