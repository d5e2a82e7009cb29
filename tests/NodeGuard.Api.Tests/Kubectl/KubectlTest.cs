using NodeGuard.Api.Tests.Harness;
using Shouldly;

namespace NodeGuard.Api.Tests.Kubectl;

/// <summary>What the tests of kubectl's commands share: a namespace and a node of their own, and manifests.</summary>
public abstract class KubectlTest(ClusterFixture cluster)
{
    protected const string Image = "registry.k8s.io/pause:3.10";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    protected ClusterFixture Cluster => cluster;

    /// <summary>A pod on a node, or without one a pod that stays pending.</summary>
    protected static string PodManifest(string name, string? node, string labels = "app: web") => $"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {name}
          labels:
            {labels}
        spec:
          {(node is null ? "schedulerName: nobody" : $"nodeName: {node}")}
          terminationGracePeriodSeconds: 1
          automountServiceAccountToken: false
          containers:
          - name: main
            image: {Image}
        """;

    /// <param name="name">Also its label `app`.</param>
    /// <param name="replicas">How many pods.</param>
    /// <param name="more">A further line of its spec.</param>
    /// <param name="node">Where its pods run; null leaves it to the scheduler.</param>
    protected static string DeploymentManifest(string name, int replicas = 0, string more = "", string? node = null) => $"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {name}
        spec:
          replicas: {replicas}
          {more}
          selector:
            matchLabels:
              app: {name}
          template:
            metadata:
              labels:
                app: {name}
            spec:
              automountServiceAccountToken: false
              {(node is null ? "" : $"nodeName: {node}")}
              containers:
              - name: main
                image: {Image}
        """;

    /// <summary>A kubectl in a new namespace.</summary>
    protected async Task<KubectlRunner> KubectlAsync() => new(cluster.Kubeconfig, await cluster.NewNamespaceAsync());

    /// <summary>Runs, and fails the test where kubectl does.</summary>
    protected static async Task<string> DoAsync(KubectlRunner kubectl, params string[] arguments) =>
        Succeeded(await kubectl.RunAsync(arguments), arguments);

    /// <summary>`VERB -f -` with a manifest.</summary>
    protected static async Task<string> FeedAsync(KubectlRunner kubectl, string manifest, params string[] arguments) =>
        Succeeded(await kubectl.RunAsync(manifest, [.. arguments, "-f", "-"]), arguments);

    /// <summary>Runs again until its output holds a text.</summary>
    protected static async Task<string> UntilAsync(KubectlRunner kubectl, string wanted, params string[] arguments)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            KubectlRun run = await kubectl.RunAsync(arguments);
            if (run.Output.Contains(wanted, StringComparison.Ordinal))
                return run.Output;
            if (deadline.IsCancellationRequested)
                throw new TimeoutException($"kubectl {string.Join(' ', arguments)}: no '{wanted}' in: {run.Output}{run.Errors}");
            await Task.Delay(100);
        }
    }

    /// <summary>Runs a command that must fail with exit code 1 and say why.</summary>
    protected static async Task RefusedAsync(KubectlRunner kubectl, string wanted, params string[] arguments)
    {
        KubectlRun run = await kubectl.RunAsync(arguments);
        run.ExitCode.ShouldBe(1, run.Output);
        run.Errors.ShouldContain(wanted);
    }

    /// <summary>The words of a table's line.</summary>
    protected static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Succeeded(KubectlRun run, string[] arguments)
    {
        run.ExitCode.ShouldBe(0, $"kubectl {string.Join(' ', arguments)}: {run.Output}{run.Errors}");
        return run.Output;
    }
}
