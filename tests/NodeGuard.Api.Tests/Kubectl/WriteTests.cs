using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Kubectl;

/// <summary>`kubectl create`, `apply`, `patch`, `label`, `annotate` and `delete`.</summary>
[Collection(ClusterTests.Name)]
public sealed class WriteTests(ClusterFixture cluster) : KubectlTest(cluster)
{
    [Fact]
    public async Task Create_makes_the_objects_of_its_generators_once()
    {
        KubectlRunner kubectl = await KubectlAsync();

        (await DoAsync(kubectl, "create", "configmap", "m", "--from-literal=a=b")).ShouldBe("configmap/m created\n");
        (await DoAsync(kubectl, "create", "secret", "generic", "s", "--from-literal=a=b")).ShouldBe("secret/s created\n");
        (await DoAsync(kubectl, "create", "serviceaccount", "robot")).ShouldBe("serviceaccount/robot created\n");
        (await DoAsync(kubectl, "create", "deployment", "d", $"--image={Image}", "--replicas=0", "--port=80")).ShouldBe("deployment.apps/d created\n");
        (await DoAsync(kubectl, "create", "pdb", "b", "--selector=app=d", "--max-unavailable=50%")).ShouldBe("poddisruptionbudget.policy/b created\n");
        (await DoAsync(kubectl, "create", "role", "r", "--verb=get,list", "--resource=pods")).ShouldBe("role.rbac.authorization.k8s.io/r created\n");
        (await DoAsync(kubectl, "get", "secret", "s", "-o", "jsonpath={.type} {.data.a}")).ShouldBe("Opaque Yg==");
        (await DoAsync(kubectl, "get", "deployment", "d", "-o", "jsonpath={.spec.replicas} {.spec.template.spec.containers[0].ports}"))
            .ShouldBe("""0 [{"containerPort":80,"protocol":"TCP"}]""");
        (await DoAsync(kubectl, "get", "pdb", "b", "-o", "jsonpath={.spec.maxUnavailable}")).ShouldBe("50%");
        (await DoAsync(kubectl, "get", "role", "r", "-o", "jsonpath={.rules[0].verbs}")).ShouldBe("""["get","list"]""");
        await RefusedAsync(
            kubectl, "error: failed to create configmap: configmaps \"m\" already exists", "create", "configmap", "m", "--from-literal=a=b");
    }

    [Fact]
    public async Task Apply_creates_configures_and_leaves_unchanged()
    {
        KubectlRunner kubectl = await KubectlAsync();

        (await FeedAsync(kubectl, DeploymentManifest("web"), "apply")).ShouldBe("deployment.apps/web created\n");
        (await FeedAsync(kubectl, DeploymentManifest("web"), "apply")).ShouldBe("deployment.apps/web unchanged\n");
        string changed = DeploymentManifest("web", more: "revisionHistoryLimit: 3");
        (await FeedAsync(kubectl, changed, "apply", "--dry-run=server")).ShouldBe("deployment.apps/web configured (server dry run)\n");
        (await DoAsync(kubectl, "get", "deployment", "web", "-o", "jsonpath={.spec.revisionHistoryLimit}")).ShouldBe("10");
        (await FeedAsync(kubectl, changed, "apply")).ShouldBe("deployment.apps/web configured\n");
        (await DoAsync(kubectl, "get", "deployment", "web", "-o", "jsonpath={.spec.revisionHistoryLimit}")).ShouldBe("3");
        (await FeedAsync(kubectl, DeploymentManifest("web"), "apply")).ShouldBe("deployment.apps/web configured\n");
        (await DoAsync(kubectl, "get", "deployment", "web", "-o", "jsonpath={.spec.revisionHistoryLimit}")).ShouldBe("10");
    }

    [Fact]
    public async Task Apply_refuses_fields_that_the_kind_does_not_have_or_warns_of_them()
    {
        KubectlRunner kubectl = await KubectlAsync();
        string wrong = DeploymentManifest("web", more: "replicaz: 3");

        KubectlRun refused = await kubectl.RunAsync(wrong, ["apply", "-f", "-"]);
        refused.ExitCode.ShouldBe(1);
        refused.Errors.ShouldContain("strict decoding error: unknown field \"spec.replicaz\"");
        KubectlRun warned = await kubectl.RunAsync(wrong, ["apply", "--validate=warn", "-f", "-"]);
        (warned.ExitCode, warned.Output).ShouldBe((0, "deployment.apps/web created\n"));
        warned.Errors.ShouldContain("Warning: unknown field \"spec.replicaz\"");
        KubectlRun mistyped = await kubectl.RunAsync(DeploymentManifest("w", more: "minReadySeconds: soon"), ["apply", "-f", "-"]);
        mistyped.ExitCode.ShouldBe(1);
        mistyped.Errors.ShouldContain("cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field");
    }

    [Fact]
    public async Task Server_side_apply_conflicts_with_other_owners_until_it_is_forced()
    {
        KubectlRunner kubectl = await KubectlAsync();
        await DoAsync(kubectl, "create", "configmap", "m", "--from-literal=a=1", "--from-literal=b=1");
        const string Manifest = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"data":{"a":"2","c":"2"}}""";

        KubectlRun conflict = await kubectl.RunAsync(Manifest, ["apply", "--server-side", "--field-manager=x", "-f", "-"]);
        conflict.ExitCode.ShouldBe(1);
        conflict.Errors.ShouldContain("Apply failed with 1 conflict: conflict with \"kubectl-create\" using v1: .data.a");
        (await FeedAsync(kubectl, Manifest, "apply", "--server-side", "--field-manager=x", "--force-conflicts"))
            .ShouldBe("configmap/m serverside-applied\n");
        (await DoAsync(kubectl, "get", "configmap", "m", "-o", "jsonpath={.data}")).ShouldBe("""{"a":"2","b":"1","c":"2"}""");

        const string Less = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"data":{"a":"2"}}""";
        await FeedAsync(kubectl, Less, "apply", "--server-side", "--field-manager=x");
        (await DoAsync(kubectl, "get", "configmap", "m", "-o", "jsonpath={.data}")).ShouldBe("""{"a":"2","b":"1"}""");
        (await DoAsync(kubectl, "get", "configmap", "m", "-o", "jsonpath={.metadata.managedFields[*].manager}", "--show-managed-fields"))
            .ShouldBe("x kubectl-create");
    }

    [Fact]
    public async Task Server_side_apply_creates_and_shares_lists_by_their_keys()
    {
        KubectlRunner kubectl = await KubectlAsync();
        (await FeedAsync(kubectl, DeploymentManifest("web"), "apply", "--server-side")).ShouldBe("deployment.apps/web serverside-applied\n");
        string before = await DoAsync(kubectl, "get", "deployment", "web", "-o", "jsonpath={.metadata.generation}");
        await FeedAsync(kubectl, DeploymentManifest("web"), "apply", "--server-side");
        (await DoAsync(kubectl, "get", "deployment", "web", "-o", "jsonpath={.metadata.generation}")).ShouldBe(before);
        const string Sidecar = """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},
             "spec":{"template":{"spec":{"containers":[{"name":"side","image":"registry.k8s.io/pause:3.10"}]}}}}
            """;

        await FeedAsync(kubectl, Sidecar, "apply", "--server-side", "--field-manager=sidecar");

        (await DoAsync(kubectl, "get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[*].name}")).ShouldBe("main side");
        const string None = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{}}""";
        await FeedAsync(kubectl, None, "apply", "--server-side", "--field-manager=sidecar");
        (await DoAsync(kubectl, "get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[*].name}")).ShouldBe("main");
    }

    [Fact]
    public async Task Patch_takes_json_merge_and_strategic_patches()
    {
        KubectlRunner kubectl = await KubectlAsync();
        await FeedAsync(kubectl, DeploymentManifest("web"), "create");

        (await DoAsync(kubectl, "patch", "deployment", "web", "--type=json", "-p", """[{"op":"add","path":"/spec/minReadySeconds","value":7}]"""))
            .ShouldBe("deployment.apps/web patched\n");
        (await DoAsync(kubectl, "patch", "deployment", "web", "--type=json", "-p", """[{"op":"test","path":"/spec/minReadySeconds","value":7}]"""))
            .ShouldBe("deployment.apps/web patched (no change)\n");
        await DoAsync(kubectl, "patch", "deployment", "web", "--type=merge", "-p", """{"spec":{"minReadySeconds":null,"paused":true}}""");
        await DoAsync(
            kubectl, "patch", "deployment", "web", "-p",
            """{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"registry.k8s.io/pause:3.10"}]}}}}""");
        (await DoAsync(
            kubectl, "get", "deployment", "web", "-o",
            "jsonpath={.spec.minReadySeconds}|{.spec.paused}|{.spec.template.spec.containers[*].name}")).ShouldBe("|true|side main");
        await RefusedAsync(
            kubectl, "the server rejected our request due to an error in our request", "patch", "deployment", "web", "--type=json", "-p",
            """[{"op":"test","path":"/spec/paused","value":false}]""");
    }

    [Fact]
    public async Task Patch_of_what_a_pod_cannot_change_is_refused()
    {
        KubectlRunner kubectl = await KubectlAsync();
        await FeedAsync(kubectl, PodManifest("p", null), "create");

        await RefusedAsync(
            kubectl, "The Pod \"p\" is invalid: spec: Forbidden: pod updates may not change fields other than",
            "patch", "pod", "p", "-p", """{"spec":{"dnsPolicy":"Default"}}""");
    }

    [Fact]
    public async Task Label_and_annotate_set_overwrite_and_remove()
    {
        KubectlRunner kubectl = await KubectlAsync();
        await DoAsync(kubectl, "create", "configmap", "m", "--from-literal=a=b");

        (await DoAsync(kubectl, "label", "configmap", "m", "tier=front")).ShouldBe("configmap/m labeled\n");
        await RefusedAsync(kubectl, "'tier' already has a value (front), and --overwrite is false", "label", "configmap", "m", "tier=back");
        (await DoAsync(kubectl, "label", "configmap", "m", "tier=back", "--overwrite")).ShouldBe("configmap/m labeled\n");
        (await DoAsync(kubectl, "label", "configmap", "m", "tier-")).ShouldBe("configmap/m unlabeled\n");
        (await DoAsync(kubectl, "annotate", "configmap", "m", "note=hello there")).ShouldBe("configmap/m annotated\n");
        (await DoAsync(kubectl, "get", "configmap", "m", "-o", "jsonpath={.metadata.labels}|{.metadata.annotations.note}")).ShouldBe("|hello there");
        await RefusedAsync(kubectl, "invalid label value", "label", "configmap", "m", "tier=not a label");
    }

    [ControllersFact]
    public async Task Delete_cascades_in_the_background_in_the_foreground_or_not_at_all()
    {
        KubectlRunner kubectl = await KubectlAsync();
        foreach (string name in (string[])["back", "fore", "orphan"])
        {
            await FeedAsync(kubectl, DeploymentManifest(name), "create");
            await UntilAsync(kubectl, "replicaset.apps/", "get", "replicasets", "-l", $"app={name}", "-o", "name");
        }

        (await DoAsync(kubectl, "delete", "deployment", "back")).ShouldStartWith("deployment.apps \"back\" deleted");
        (await DoAsync(kubectl, "delete", "deployment", "fore", "--cascade=foreground")).ShouldStartWith("deployment.apps \"fore\" deleted");
        (await DoAsync(kubectl, "delete", "deployment", "orphan", "--cascade=orphan")).ShouldStartWith("deployment.apps \"orphan\" deleted");

        (await DoAsync(kubectl, "get", "replicasets", "-l", "app=fore", "-o", "name")).ShouldBe("");
        await DoAsync(kubectl, "wait", "--for=delete", "replicasets", "-l", "app=back", "--timeout=50s");
        (await DoAsync(kubectl, "get", "replicasets", "-l", "app=orphan", "-o", "jsonpath={.items[*].metadata.ownerReferences}")).ShouldBe("");
        (await DoAsync(kubectl, "get", "replicasets", "-l", "app=orphan", "-o", "name")).ShouldStartWith("replicaset.apps/orphan-");
    }

    [Fact]
    public async Task Delete_waits_for_the_end_of_a_pod_and_dry_runs_keep_it()
    {
        KubectlRunner kubectl = await KubectlAsync();
        string node = await Cluster.NewNodeAsync();
        await FeedAsync(kubectl, PodManifest("p", node), "create");

        (await DoAsync(kubectl, "delete", "pod", "p", "--dry-run=server")).ShouldContain("(server dry run)");
        (await DoAsync(kubectl, "get", "pods", "-o", "name")).ShouldBe("pod/p\n");
        (await DoAsync(kubectl, "delete", "pod", "p")).ShouldStartWith("pod \"p\" deleted");
        (await DoAsync(kubectl, "get", "pods", "-o", "name")).ShouldBe("");
        await RefusedAsync(kubectl, "pods \"p\" not found", "delete", "pod", "p");
        (await DoAsync(kubectl, "delete", "pod", "p", "--ignore-not-found")).ShouldBe("");
    }
}
