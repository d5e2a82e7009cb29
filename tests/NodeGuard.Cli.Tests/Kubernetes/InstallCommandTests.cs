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
