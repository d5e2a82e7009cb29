using NodeGuard.Cli.Kubernetes;
using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Kubernetes.Manifests;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Kubernetes;

/// <summary>`nodeguard install` without a cluster; with one, the tests of the API run it.</summary>
public sealed class InstallCommandTests
{
    [Fact]
    public async Task Print_writes_the_definitions_of_all_four_kinds()
    {
        var run = await CliRun.OfAsync(["install", "crds", "--print"]);

        run.ExitCode.ShouldBe(0);
        run.Error.ShouldBeEmpty();
        Manifest.Read("printed", run.Out).Select(static m => m.ToString()).ShouldBe(
        [
            "CustomResourceDefinition fleets.nodeguard.io", "CustomResourceDefinition guardednodes.nodeguard.io",
            "CustomResourceDefinition nodepolicies.nodeguard.io", "CustomResourceDefinition noderecycles.nodeguard.io",
        ]);
    }

    [Fact]
    public async Task Namespaces_come_first_and_the_guard_over_the_agents_before_their_rights()
    {
        var run = await CliRun.OfAsync(["install", "rbac", "--print"]);

        var kinds = Manifest.Read("printed", run.Out).Select(static m => m.Kind).Distinct().ToList();
        kinds[0].ShouldBe("Namespace");
        kinds.IndexOf("ValidatingAdmissionPolicyBinding").ShouldBeLessThan(kinds.IndexOf("ClusterRole"));
        kinds.IndexOf("ClusterRole").ShouldBeLessThan(kinds.IndexOf("ClusterRoleBinding"));
    }

    [Fact]
    public async Task A_client_dry_run_names_every_object_and_asks_no_cluster()
    {
        var run = await CliRun.OfAsync(["install", "rbac", "--dry-run", "client"]);

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldStartWith("Namespace nodeguard-agent: would be applied (dry run)\n");
        run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(18);
    }

    [Fact]
    public async Task Without_a_cluster_it_fails_and_says_why()
    {
        var run = await CliRun.OfAsync(["install", "crds"], cluster: static _ => new ClusterAnswer.None("there is no kubeconfig"));

        (run.ExitCode, run.Out, run.Error).ShouldBe((ExitCodes.Failed, "", "nodeguard: there is no kubeconfig\n"));
    }

    [Theory]
    [InlineData("controller", "Deployment nodeguard-controller", "PodDisruptionBudget nodeguard-controller")]
    [InlineData("agent", "DaemonSet nodeguard-agent")]
    public async Task What_runs_is_printed_with_the_image_that_was_named(string what, params string[] objects)
    {
        var run = await CliRun.OfAsync(["install", what, "--image", "registry.example.org:5000/it/nodeguard:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "--print"]);

        run.ExitCode.ShouldBe(0, run.Error);
        string[] names = [.. Manifest.Read("printed", run.Out).Select(static m => $"{m.Kind} {m.Name.Name}")];
        foreach (string name in objects)
            names.ShouldContain(name);
        run.Out.Split('\n').Where(static line => line.TrimStart().StartsWith("image:", StringComparison.Ordinal)).ShouldAllBe(
            static line => line.Trim() == "image: registry.example.org:5000/it/nodeguard:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
        run.Out.ShouldContain("image: registry.example.org");
    }

    [Theory]
    [InlineData("controller")]
    [InlineData("agent")]
    public async Task Without_an_image_nothing_runs(string what)
    {
        var run = await CliRun.OfAsync(["install", what, "--print"]);

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Error.ShouldContain("--image");
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("x\n  hostPID: true")]
    [InlineData("-nodeguard")]
    [InlineData("nodeguard:")]
    [InlineData("")]
    public async Task An_image_that_is_none_is_refused(string image)
    {
        var run = await CliRun.OfAsync(["install", "agent", "--image", image, "--print"]);

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Error.ShouldContain("wanted is the name of an image, such as registry.example.org/nodeguard:1.0");
    }

    /// <summary>The controller needs nothing of a host.</summary>
    [Fact]
    public async Task The_controller_runs_without_privileges()
    {
        var run = await CliRun.OfAsync(["install", "controller", "--image", "registry.example.org/nodeguard:1.0", "--print"]);

        foreach (string wanted in (string[])["runAsNonRoot: true", "readOnlyRootFilesystem: true", "allowPrivilegeEscalation: false", "drop: [ALL]"])
            run.Out.ShouldContain(wanted);
        foreach (string forbidden in (string[])["hostPath", "hostNetwork: true", "hostPID: true", "privileged: true"])
            run.Out.ShouldNotContain(forbidden);
    }

    /// <summary>Invariant 10: the rights that are shipped.</summary>
    [Fact]
    public async Task The_agents_role_names_nothing_but_guarded_nodes()
    {
        var run = await CliRun.OfAsync(["install", "rbac", "--print"]);

        var role = Manifest.Read("printed", run.Out).Single(static m => m is { Kind: "ClusterRole", Name.Name: "nodeguard-agent" }).Yaml;
        role.Split('\n').Where(static line => line.Contains("resources:", StringComparison.Ordinal)).ShouldBe(
            ["  resources: [guardednodes]", "  resources: [guardednodes/status]"]);
        run.Out.Split('\n').ShouldNotContain(static line => line.Contains("secrets]", StringComparison.Ordinal) && line.Contains("list", StringComparison.Ordinal));
    }
}
