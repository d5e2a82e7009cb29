using NodeGuard.Api.Tests.Harness;
using NodeGuard.Api.Tests.Kubectl;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Fleet;

/// <summary>What `nodeguard install` brings, brought once more by somebody else: by GitOps, or `kubectl apply --server-side -k deploy`.</summary>
[Collection(ClusterTests.Name)]
public sealed class FleetManifestTests(ClusterFixture cluster) : KubectlTest(cluster)
{
    private const string Nobody = "      nodeSelector: {nodeguard-tests/nobody: \"\"}\n";

    [Theory]
    [InlineData("crds")]
    [InlineData("rbac")]
    public async Task Another_manager_of_the_kinds_and_rights_meets_no_conflict(string what)
    {
        await Cluster.Fleet.GrantAsync();

        KubectlRun second = await ApplyAsync(new KubectlRunner(Cluster.Kubeconfig, ""), await PrintedAsync(what), "gitops", "--dry-run=server");

        second.ExitCode.ShouldBe(0, second.Errors);
    }

    [Theory]
    [InlineData("controller")]
    [InlineData("agent")]
    public async Task Another_manager_of_what_runs_meets_no_conflict(string what)
    {
        KubectlRunner kubectl = await KubectlAsync();
        // In a namespace of the test's own, and on no node.
        string manifest = (await PrintedAsync(what, "--image", "registry.example.org/nodeguard:1.0"))
            .Replace("namespace: nodeguard-agent\n", $"namespace: {kubectl.Namespace}\n", StringComparison.Ordinal)
            .Replace("namespace: nodeguard-system\n", $"namespace: {kubectl.Namespace}\n", StringComparison.Ordinal)
            .Replace("      serviceAccountName:", $"{Nobody}      serviceAccountName:", StringComparison.Ordinal);
        manifest.ShouldContain(Nobody);

        KubectlRun first = await ApplyAsync(kubectl, manifest, "nodeguard-install");
        KubectlRun second = await ApplyAsync(kubectl, manifest, "gitops");

        first.ExitCode.ShouldBe(0, first.Errors);
        first.Errors.ShouldNotContain("unknown field");
        second.ExitCode.ShouldBe(0, second.Errors);
    }

    private async Task<string> PrintedAsync(string what, params string[] more) => string.Join('\n', await Cluster.Fleet.RunInstallAsync(what, [.. more, "--print"])) + "\n";

    private static Task<KubectlRun> ApplyAsync(KubectlRunner kubectl, string manifest, string manager, params string[] more) =>
        kubectl.RunAsync(manifest, ["apply", "--server-side", "--validate=strict", "--field-manager", manager, .. more, "-f", "-"]);
}
