using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeGuard.Api.Tests.Harness;

/// <summary>
/// What kubelets would do, for nodes that are plain objects with the label <see cref="Tended"/>: their leases are renewed,
/// bound pods run and are ready, deleted ones end. Real nodes and those of the simulation have kubelets of their own.
/// </summary>
internal sealed class TestKubelet : IAsyncDisposable
{
    /// <summary>Pods and nodes with this label are left as they are: the test plays their kubelet.</summary>
    public const string LeftAlone = "nodeguard-tests/no-kubelet";

    /// <summary>On the nodes that this kubelet looks after.</summary>
    public const string Tended = "nodeguard-tests/node";

    /// <summary>On a pod whose containers end by themselves: soon, whatever the time (the simulation's kubelets take it exactly).</summary>
    public const string RunFor = "sandbox.nodeguard.io/run-for";

    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(10);

    private readonly RawApi _api;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, long> _renewed = new(StringComparer.Ordinal);
    private readonly Task _loop;

    public TestKubelet(RawApi api)
    {
        _api = api;
        _loop = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await RoundAsync();
                await Task.Delay(Interval, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // A server that restarts: the next round finds it.
            }
        }
    }

    private async Task RoundAsync()
    {
        HashSet<string> nodes = [.. await NamesAsync($"/api/v1/nodes?{Selector($"{Tended},!{LeftAlone}")}")];
        foreach (string node in nodes)
        {
            if (!_renewed.TryGetValue(node, out long last) || Stopwatch.GetElapsedTime(last) > Renewal)
                await RenewAsync(node);
        }

        RawAnswer pods = await _api.GetAsync($"/api/v1/pods?{Selector($"!{LeftAlone}")}");
        foreach (JsonNode? pod in pods.Body?["items"]?.AsArray() ?? [])
        {
            if ((string?)pod!["spec"]?["nodeName"] is { } node && nodes.Contains(node))
                await TendAsync(pod);
        }
    }

    private static string Selector(string labels) => $"labelSelector={Uri.EscapeDataString(labels)}&resourceVersion=0";

    private async Task<IEnumerable<string>> NamesAsync(string path) =>
        ((await _api.GetAsync(path)).Body?["items"]?.AsArray() ?? []).Select(n => (string)n!["metadata"]!["name"]!);

    private async Task RenewAsync(string node)
    {
        var lease = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = node },
            ["spec"] = new JsonObject
            {
                ["holderIdentity"] = node,
                ["leaseDurationSeconds"] = 40,
                ["renewTime"] = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
            },
        };
        RawAnswer renewed = await _api.PatchAsync($"{Leases}/{node}", lease);
        if (renewed.Code == 404)
            renewed = await _api.PostAsync(Leases, lease);
        if (renewed.Code < 300)
            _renewed[node] = Stopwatch.GetTimestamp();
    }

    private async Task TendAsync(JsonNode pod)
    {
        JsonNode meta = pod["metadata"]!;
        string path = $"/api/v1/namespaces/{meta["namespace"]}/pods/{meta["name"]}";
        string? phase = (string?)pod["status"]?["phase"];
        if (meta["deletionTimestamp"] is not null && (long?)meta["deletionGracePeriodSeconds"] != 0)
        {
            await _api.DeleteAsync(path, new JsonObject
            {
                ["gracePeriodSeconds"] = 0,
                ["preconditions"] = new JsonObject { ["uid"] = (string)meta["uid"]! },
            });
        }
        else if (phase == "Pending" && meta["deletionTimestamp"] is null)
        {
            await _api.PatchAsync(path + "/status", Running(pod));
        }
        else if (phase == "Running" && meta["annotations"]?[RunFor] is not null)
        {
            await _api.PatchAsync(path + "/status", Succeeded(pod));
        }
    }

    private static JsonObject Succeeded(JsonNode pod)
    {
        string now = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        JsonArray containers = pod["status"]!["containerStatuses"]!.DeepClone().AsArray();
        foreach (JsonNode? container in containers)
        {
            container!["ready"] = false;
            container["started"] = false;
            container["state"] = new JsonObject
            {
                ["terminated"] = new JsonObject { ["exitCode"] = 0, ["reason"] = "Completed", ["startedAt"] = now, ["finishedAt"] = now },
            };
        }

        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = (string)pod["metadata"]!["uid"]! },
            ["status"] = new JsonObject { ["phase"] = "Succeeded", ["containerStatuses"] = containers },
        };
    }

    private static JsonObject Running(JsonNode pod)
    {
        string now = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string[] names = [.. pod["spec"]!["containers"]!.AsArray().Select(c => (string)c!["name"]!)];
        string[] conditions = ["Initialized", "Ready", "ContainersReady", "PodScheduled"];
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = (string)pod["metadata"]!["uid"]! },
            ["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["startTime"] = now,
                ["podIP"] = "10.1.2.3",
                ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = "10.1.2.3" }),
                ["conditions"] = new JsonArray([.. conditions.Select(c => new JsonObject
                {
                    ["type"] = c,
                    ["status"] = "True",
                    ["lastTransitionTime"] = now,
                })]),
                ["containerStatuses"] = new JsonArray([.. names.Select(n => new JsonObject
                {
                    ["name"] = n,
                    ["ready"] = true,
                    ["started"] = true,
                    ["restartCount"] = 0,
                    ["image"] = "registry.k8s.io/pause:3.10",
                    ["imageID"] = "",
                    ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } },
                })]),
            },
        };
    }
}
