using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Simulation;

/// <summary>What kubectl and the API show of controllers and scheduler: alike on the sandbox and on a real cluster.</summary>
public sealed class WorkloadTests(SimulationFixture fixture) : IClassFixture<SimulationFixture>
{
    [ControllersFact]
    public async Task ADeploymentRollsOutAndRollsOnToANewImage()
    {
        Stage stage = await fixture.NewStageAsync();
        await stage.RunAsync(Workload(stage, "Deployment", "web", ",\"replicas\":3"), "apply", "-f", "-");
        string first = await stage.RunAsync(null, "rollout", "status", "deployment/web", "--timeout=55s");
        first.ShouldContain("deployment \"web\" successfully rolled out");
        await stage.RunAsync(null, "set", "image", "deployment/web", "main=registry.k8s.io/pause:3.9");
        await stage.RunAsync(null, "rollout", "status", "deployment/web", "--timeout=55s");

        JsonNode web = await stage.UntilAsync(stage.Path("deployments/web"), item => Number(item, "readyReplicas") == 3);
        Number(web, "updatedReplicas").ShouldBe(3);
        Number(web, "replicas").ShouldBe(3);
        Number(web, "availableReplicas").ShouldBe(3);
        Number(web, "observedGeneration").ShouldBe((long?)web["metadata"]!["generation"]);
        Condition(web, "Progressing")["reason"]!.ToString().ShouldBe("NewReplicaSetAvailable");
        Condition(web, "Available")["status"]!.ToString().ShouldBe("True");
        web["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"]!.ToString().ShouldBe("2");
        JsonNode pods = JsonNode.Parse(await stage.RunAsync(null, "get", "pods", "-l", "app=web", "-o", "json"))!;
        IEnumerable<string> images = pods["items"]!.AsArray()
            .Where(pod => pod!["metadata"]!["deletionTimestamp"] is null)
            .Select(pod => pod!["spec"]!["containers"]![0]!["image"]!.ToString());
        images.Distinct().ShouldBe(["registry.k8s.io/pause:3.9"]);
    }

    [ControllersFact]
    public async Task ScaleChangesTheNumberOfPods()
    {
        Stage stage = await fixture.NewStageAsync();
        await stage.RunAsync(Workload(stage, "Deployment", "web", ",\"replicas\":1"), "apply", "-f", "-");
        foreach (int replicas in (int[])[4, 2])
        {
            (await stage.RunAsync(null, "scale", "deployment/web", $"--replicas={replicas}")).ShouldContain("deployment.apps/web scaled");
            JsonNode web = await stage.UntilAsync(
                stage.Path("deployments/web"), item => Number(item, "readyReplicas") == replicas && Number(item, "replicas") == replicas);
            Number(web, "observedGeneration").ShouldBe((long?)web["metadata"]!["generation"]);
        }
    }

    [ControllersFact]
    public async Task AStatefulSetStartsItsPodsInOrder()
    {
        Stage stage = await fixture.NewStageAsync();
        await stage.RunAsync(Workload(stage, "StatefulSet", "db", ",\"replicas\":2,\"serviceName\":\"db\""), "apply", "-f", "-");
        (await stage.RunAsync(null, "rollout", "status", "statefulset/db", "--timeout=55s")).ShouldContain("2 new pods have been updated");
        JsonNode set = await stage.UntilAsync(stage.Path("statefulsets/db"), item => Number(item, "availableReplicas") == 2);
        Number(set, "currentReplicas").ShouldBe(2);
        set["status"]!["currentRevision"]!.ToString().ShouldBe(set["status"]!["updateRevision"]!.ToString());
        (await stage.RunAsync(null, "get", "pods", "-o", "name")).ShouldBe("pod/db-0\npod/db-1\n");
    }

    [ControllersFact]
    public async Task ADaemonSetRunsOnEachNodeOfItsSelector()
    {
        Stage stage = await fixture.NewStageAsync();
        await stage.RunAsync(Workload(stage, "DaemonSet", "log", ""), "apply", "-f", "-");
        (await stage.RunAsync(null, "rollout", "status", "daemonset/log", "--timeout=55s")).ShouldContain("successfully rolled out");
        JsonNode set = await stage.UntilAsync(stage.Path("daemonsets/log"), item => Number(item, "numberAvailable") == 2);
        Number(set, "desiredNumberScheduled").ShouldBe(2);
        Number(set, "numberMisscheduled").ShouldBe(0);
        (await stage.RunAsync(null, "get", "pods", "-o", "jsonpath={.items[*].spec.nodeName}")).Split(' ').Order(StringComparer.Ordinal)
            .ShouldBe(stage.Nodes);
    }

    [ControllersFact]
    public async Task AJobCompletes()
    {
        Stage stage = await fixture.NewStageAsync();
        string job = $$"""
            {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"sum"},"spec":{"completions":2,"parallelism":1,
             "template":{{Template(stage, "sum", "\"restartPolicy\":\"Never\",")}} } }
            """;
        await stage.RunAsync(job, "apply", "-f", "-");
        await stage.RunAsync(null, "wait", "--for=condition=Complete", "job/sum", "--timeout=55s");
        JsonNode sum = await stage.UntilAsync(stage.Path("jobs/sum", "apis/batch/v1"), item => Number(item, "succeeded") == 2);
        sum["status"]!["completionTime"].ShouldNotBeNull();
    }

    [ControllersFact]
    public async Task ABudgetFollowsEvictionsAndRefusesTheOneTooMany()
    {
        Stage stage = await fixture.NewStageAsync();
        await stage.RunAsync(Workload(stage, "Deployment", "web", ",\"replicas\":3"), "apply", "-f", "-");
        await stage.RunAsync(null, "create", "poddisruptionbudget", "web", "--selector=app=web", "--max-unavailable=1");
        string path = stage.Path("poddisruptionbudgets/web", "apis/policy/v1");
        JsonNode budget = await stage.UntilAsync(path, item => Number(item, "disruptionsAllowed") == 1);
        Number(budget, "expectedPods").ShouldBe(3);
        Number(budget, "desiredHealthy").ShouldBe(2);
        Number(budget, "currentHealthy").ShouldBe(3);
        Number(budget, "observedGeneration").ShouldBe((long?)budget["metadata"]!["generation"]);
        Condition(budget, "DisruptionAllowed")["reason"]!.ToString().ShouldBe("SufficientPods");

        string[] pods = (await stage.RunAsync(null, "get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].metadata.name}")).Split(' ');
        (await EvictAsync(stage, pods[0])).Code.ShouldBe(201);
        RawAnswer second = await EvictAsync(stage, pods[1]);
        second.Code.ShouldBe(429);
        second.Text.ShouldContain("DisruptionBudget");
        await stage.UntilAsync(path, item => Number(item, "disruptionsAllowed") == 1 && Number(item, "currentHealthy") == 3);
    }

    [ControllersFact]
    public async Task APodThatFitsNowhereIsToldSo()
    {
        Stage stage = await fixture.NewStageAsync();
        JsonObject pod = TestObjects.Pod("lost");
        pod["spec"]!["nodeSelector"] = new JsonObject { [Stage.Label] = "elsewhere" };
        await stage.Api.CreateAsync(stage.Path("pods", "api/v1"), pod);
        JsonNode waiting = await stage.UntilAsync(
            stage.Path("pods/lost", "api/v1"), item => item["status"]?["conditions"] is JsonArray { Count: > 0 });
        Condition(waiting, "PodScheduled")["reason"]!.ToString().ShouldBe("Unschedulable");
        Condition(waiting, "PodScheduled")["message"]!.ToString().ShouldContain("node(s) didn't match Pod's node affinity/selector");
        (await stage.RunAsync(null, "get", "pod", "lost", "--no-headers")).ShouldContain("Pending");
        await stage.UntilAsync(
            stage.Path("events", "api/v1"), list => list["items"]!.AsArray().Any(item => (string?)item!["reason"] == "FailedScheduling"));
    }

    private static Task<RawAnswer> EvictAsync(Stage stage, string pod) => stage.Api.PostAsync(
        stage.Path($"pods/{pod}/eviction", "api/v1"),
        new JsonObject
        {
            ["apiVersion"] = "policy/v1",
            ["kind"] = "Eviction",
            ["metadata"] = new JsonObject { ["name"] = pod, ["namespace"] = stage.Namespace },
        });

    private static string Workload(Stage stage, string kind, string name, string spec) =>
        $$"""
        {"apiVersion":"apps/v1","kind":"{{kind}}","metadata":{"name":"{{name}}"},
         "spec":{"selector":{"matchLabels":{"app":"{{name}}"} },"template":{{Template(stage, name, "")}}{{spec}} } }
        """;

    private static string Template(Stage stage, string name, string spec) =>
        $$"""
        {"metadata":{"labels":{"app":"{{name}}"}{{(spec.Length > 0 ? $",\"annotations\":{{\"{TestKubelet.RunFor}\":\"1s\"}}" : "")}} },
         "spec":{{{spec}}"nodeSelector":{"{{Stage.Label}}":"{{stage.Namespace}}"},"terminationGracePeriodSeconds":1,
          "automountServiceAccountToken":false,"containers":[{"name":"main","image":"registry.k8s.io/pause:3.10"}]} }
        """;

    private static long? Number(JsonNode item, string field) => (long?)item["status"]?[field];

    private static JsonNode Condition(JsonNode item, string type) =>
        item["status"]!["conditions"]!.AsArray().Single(condition => (string?)condition!["type"] == type)!;
}
