using NodeGuard.Api.Tests.Contract;
using NodeGuard.Api.Tests.Drain;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Fleet;

/// <summary>The fleet's commands with the rights of people who have some, none, or all of those that they need.</summary>
[Collection(ClusterTests.Name)]
public sealed class FleetPeopleTests(ClusterFixture cluster)
{
    private const string Bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

    [Theory]
    [InlineData("status --fleet")]
    [InlineData("status worker-1")]
    [InlineData("plan")]
    [InlineData("explain worker-1")]
    [InlineData("history")]
    public async Task Who_may_read_nothing_is_told_which_right_is_missing_and_which_role_has_it(string command)
    {
        await cluster.Fleet.GrantAsync();

        (int code, string output) = await RunAsync(FleetObjects.NewName("nobody"), command);

        code.ShouldBe(1, output);
        output.ShouldContain("cannot list resource \"noderecycles\"");
        output.ShouldContain("cannot list resource \"nodes\"");
        output.ShouldContain("nodeguard-viewer");
    }

    [Fact]
    public async Task A_viewer_sees_the_fleet_and_is_told_what_running_it_takes()
    {
        await cluster.Fleet.GrantAsync();
        string group = FleetObjects.NewName("viewers");
        await cluster.Api.CreateAsync(Bindings, Answers.Json(
            $$"""
            {"metadata":{"name":"{{group}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"nodeguard-viewer"},
             "subjects":[{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"{{group}}"}]}
            """));
        try
        {
            await SeesAsync(group);
            foreach (string command in (string[])["status --fleet -o json", "plan -o json", "history -o json"])
                (await RunAsync(group, command)).Code.ShouldBe(0, command);

            foreach (string command in (string[])["pause", "pause nosuch", "cancel nosuch"])
            {
                (int code, string output) = await RunAsync(group, command);
                code.ShouldBe(1, output);
                output.ShouldContain("cannot patch resource");
                output.ShouldContain("nodeguard-operator");
            }
        }
        finally
        {
            await cluster.Api.DeleteAsync($"{Bindings}/{group}");
        }
    }

    // The server's authorizer follows a binding a moment later.
    private async Task SeesAsync(string group)
    {
        DateTime deadline = DateTime.UtcNow.AddSeconds(30);
        (int Code, string Output) last;
        do
        {
            last = await RunAsync(group, "status --fleet");
        }
        while (last.Code != 0 && DateTime.UtcNow < deadline);
        last.Code.ShouldBe(0, last.Output);
    }

    private Task<(int Code, string Output)> RunAsync(string group, string command) =>
        NodeGuardRunner.RunAsync(cluster.Kubeconfig, [.. command.Split(' '), "--as", "ann", "--as-group", group]);
}
