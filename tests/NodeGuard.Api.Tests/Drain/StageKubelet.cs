using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>Ends the pods of all stages, each as its case says. The cases set every other state themselves.</summary>
internal sealed class StageKubelet : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly RawApi _api;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public StageKubelet(RawApi api)
    {
        _api = api;
        _loop = Task.Run(RunAsync);
    }

    public static string Label(Ends ends) => ends switch
    {
        Ends.AtOnce => "ends",
        Ends.AfterGrace => "ends-after-grace",
        _ => "dead",
    };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        string selector = Uri.EscapeDataString($"{TestKubelet.LeftAlone} in (ends,ends-after-grace)");
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                RawAnswer pods = await _api.GetAsync($"/api/v1/pods?labelSelector={selector}&resourceVersion=0");
                await Task.WhenAll((pods.Body?["items"]?.AsArray() ?? []).Where(p => IsOver(p!)).Select(p => EndAsync(p!)));
                await Task.Delay(Interval, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private static bool IsOver(JsonNode pod)
    {
        JsonNode meta = pod["metadata"]!;
        return meta["deletionTimestamp"] is { } end && (long?)meta["deletionGracePeriodSeconds"] != 0
            && ((string?)meta["labels"]![TestKubelet.LeftAlone] == "ends"
                || DateTimeOffset.Parse((string)end!, CultureInfo.InvariantCulture) <= DateTimeOffset.UtcNow);
    }

    private Task<RawAnswer> EndAsync(JsonNode pod) => _api.DeleteAsync(
        $"/api/v1/namespaces/{pod["metadata"]!["namespace"]}/pods/{pod["metadata"]!["name"]}",
        new JsonObject
        {
            ["gracePeriodSeconds"] = 0,
            ["preconditions"] = new JsonObject { ["uid"] = (string)pod["metadata"]!["uid"]! },
        });
}
