using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeGuard.Api.Tests.Harness;

/// <summary>
/// What kubelets would do, for nodes that are plain objects: bound pods run and are ready, deleted ones end. Real nodes
/// and those of the simulation have kubelets of their own, and so a label that this one leaves alone.
/// </summary>
internal sealed class TestKubelet : IAsyncDisposable
{
    /// <summary>Pods with this label are left as they are: the test plays their kubelet.</summary>
    public const string LeftAlone = "nodeguard-tests/no-kubelet";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly RawApi _api;
    private readonly CancellationTokenSource _stop = new();
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
                RawAnswer pods = await _api.GetAsync($"/api/v1/pods?labelSelector=%21{Uri.EscapeDataString(LeftAlone)}&resourceVersion=0");
                foreach (JsonNode? pod in pods.Body?["items"]?.AsArray() ?? [])
                    await TendAsync(pod!);
                await Task.Delay(Interval, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (HttpRequestException)
            {
                // A server that restarts: the next round finds it.
            }
        }
    }

    private async Task TendAsync(JsonNode pod)
    {
        JsonNode meta = pod["metadata"]!;
        string path = $"/api/v1/namespaces/{meta["namespace"]}/pods/{meta["name"]}";
        if ((string?)pod["spec"]?["nodeName"] is null or "")
            return;
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
