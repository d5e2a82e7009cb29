using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Kubernetes.Events;

/// <summary>One write to the server, repeated while there is hope.</summary>
internal sealed class EventWriter(IKubeApi api, EventRecorderOptions options, TimeProvider time)
{
    /// <summary>Null when it is on the server.</summary>
    public async Task<ApiFailure?> WriteAsync(EventWrite write, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            var failure = await OnceAsync(write, cancellation);
            if (failure is null || tries == options.MostTries || !MayPass(failure.Kind))
                return failure;
            await Task.Delay(failure.RetryAfter ?? options.RetryPause, time, cancellation);
        }
    }

    private async Task<ApiFailure?> OnceAsync(EventWrite write, CancellationToken cancellation)
    {
        var result = write switch
        {
            EventWrite.Create create => await api.CreateAsync(ResourceTypes.Events, create.Event, WriteOptions.Default, cancellation),
            EventWrite.Count count => await api.PatchAsync(
                ResourceTypes.Events, count.Name, new Patch(PatchKind.Merge, Body(count.Value)), null, WriteOptions.Default, cancellation),
            _ => throw new InvalidOperationException("an event is created or counted"),
        };
        return result switch
        {
            // A create whose answer was lost.
            ApiResult<Event>.Failed { Failure.Kind: ApiFailureKind.AlreadyExists } => null,
            ApiResult<Event>.Failed { Failure: var failure } => failure,
            _ => null,
        };
    }

    private static bool MayPass(ApiFailureKind kind) => kind
        is ApiFailureKind.Throttled or ApiFailureKind.Timeout or ApiFailureKind.Unreachable or ApiFailureKind.ServerError
        or ApiFailureKind.Malformed or ApiFailureKind.Unauthorized;

    /// <summary>The only part of an event that may change.</summary>
    private static byte[] Body(EventSeries series) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["series"] = JsonSerializer.SerializeToNode(series, KubeJsonContext.Default.EventSeries),
    }.ToJsonString());
}
