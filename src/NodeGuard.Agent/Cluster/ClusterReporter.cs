using System.Text.Json;
using Microsoft.Extensions.Logging;
using NodeGuard.Core.Fleet;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Agent.Cluster;

/// <summary>
/// Writes this node's GuardedNode status. The guard knows nothing of it: with the API server away it goes on asking,
/// ever more rarely, and tells afterwards what happened meanwhile (invariant 4).
/// </summary>
/// <param name="api">With the agent's own credentials.</param>
/// <param name="node">The name of the Node.</param>
/// <param name="view">What the agent sees now; cheap.</param>
/// <param name="time">The clock.</param>
/// <param name="log">For when the server is lost and found.</param>
public sealed class ClusterReporter(IKubeApi api, string node, Func<AgentView> view, TimeProvider time, ILogger log)
{
    private const string FieldManager = "nodeguard-agent";
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(8);

    private readonly ReportPace _pace = new(node);
    private readonly ObjectName _name = new(string.Empty, node);
    private bool _read;
    private GuardedNodeStatus? _standing;
    private byte[]? _written;
    private DateTimeOffset? _lastWrite;
    private long _lastWriteMark;
    private long _failedMark;
    private int _failures;

    /// <summary>One look; at most one read and one write, each bounded in time.</summary>
    public async Task TurnAsync(CancellationToken cancellation)
    {
        if (_failures > 0 && time.GetElapsedTime(_failedMark) < _pace.Backoff(_failures))
        {
            return;
        }

        AgentView seen = view();
        if (!_read && !await ReadAsync(seen, cancellation))
        {
            return;
        }

        DateTimeOffset now = time.GetUtcNow();
        GuardedNodeStatus report = ClusterReport.Of(seen, _standing, now);
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(report, KubeJsonContext.Default.GuardedNodeStatus);
        bool changed = _written is null || !content.AsSpan().SequenceEqual(_written);
        if (!_pace.IsDue(changed, time.GetElapsedTime(_lastWriteMark)))
        {
            return;
        }

        if (_lastWrite is { } before && SinceLastWrite(now - before) >= ReportPace.Silence)
        {
            report.Silence = new SilenceStatus { From = before, Until = now, Episodes = ClusterReport.Between(seen.Episodes, before, now) };
        }

        report.Heartbeat = now;
        if (await WriteAsync(report, cancellation))
        {
            report.Heartbeat = null;
            _standing = report;
            _written = JsonSerializer.SerializeToUtf8Bytes(ClusterReport.Of(seen, report, now), KubeJsonContext.Default.GuardedNodeStatus);
            (_lastWrite, _lastWriteMark) = (now, time.GetTimestamp());
        }
    }

    // What stands may be of an earlier run of this agent: its counts go on, and the time since its last write was silent. After
    // a boot it was the machine that was away.
    private async Task<bool> ReadAsync(AgentView seen, CancellationToken cancellation)
    {
        if (await AskAsync(token => api.GetAsync(ResourceTypes.GuardedNodes, _name, token), cancellation) is not { } found)
        {
            return false;
        }

        _read = true;
        _written = null;
        _standing = found.Status;
        if (_standing?.Heartbeat is { } heartbeat && _standing.BootId == seen.Host.BootId && seen.Host.BootId is not null)
        {
            _lastWrite ??= heartbeat;
        }

        return true;
    }

    // The wall clock may have been set since; only across a restart there is no other.
    private TimeSpan SinceLastWrite(TimeSpan byWallClock) => _lastWriteMark != 0 ? time.GetElapsedTime(_lastWriteMark) : byWallClock;

    private async Task<bool> WriteAsync(GuardedNodeStatus report, CancellationToken cancellation)
    {
        var value = new GuardedNode
        {
            ApiVersion = FleetKeys.ApiVersion,
            Kind = ResourceTypes.GuardedNodes.Kind,
            Metadata = new ObjectMeta { Name = node },
            Status = report,
        };
        var patch = new Patch(PatchKind.Apply, JsonSerializer.SerializeToUtf8Bytes(value, KubeJsonContext.Default.GuardedNode));
        // The field manager makes a field that is no longer told go away, and leaves those of others.
        var options = new WriteOptions(FieldManager, Force: true);
        return await AskAsync(token => api.PatchAsync(ResourceTypes.GuardedNodes, _name, patch, "status", options, token), cancellation) is not null;
    }

    private async Task<GuardedNode?> AskAsync(Func<CancellationToken, Task<ApiResult<GuardedNode>>> ask, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(CallTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        string problem;
        try
        {
            switch (await ask(both.Token))
            {
                case ApiResult<GuardedNode>.Ok ok:
                    if (_failures > 0)
                    {
                        ClusterLog.Found(log, node, _failures);
                        _failures = 0;
                    }

                    return ok.Value;
                case ApiResult<GuardedNode>.Failed { Failure: var failure }:
                    problem = failure.Kind is ApiFailureKind.NotFound ? $"there is no GuardedNode {node}; the controller makes it when the Node is there" : failure.Message;
                    // Another object of this name begins with an empty status.
                    _read &= failure.Kind is not ApiFailureKind.NotFound;
                    break;
                default:
                    problem = "no answer";
                    break;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            problem = $"no answer within {CallTimeout.TotalSeconds:0} s";
        }

        if (_failures++ == 0)
        {
            ClusterLog.Lost(log, node, problem);
        }

        _failedMark = time.GetTimestamp();
        return null;
    }
}

internal static partial class ClusterLog
{
    [LoggerMessage(60, LogLevel.Warning, "GuardedNode {Node} is not told how this host is: {Problem}. Guarding goes on; it is tried again")]
    public static partial void Lost(ILogger log, string node, string problem);

    [LoggerMessage(61, LogLevel.Information, "GuardedNode {Node} is told again, after {Failures} attempts that failed")]
    public static partial void Found(ILogger log, string node, int failures);

    [LoggerMessage(62, LogLevel.Warning, "the connection to the cluster: {Notice}")]
    public static partial void Notice(ILogger log, string notice);
}
