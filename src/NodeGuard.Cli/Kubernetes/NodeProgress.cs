using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Draining;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>One node's line while its drain runs: how many pods are gone and left, and who blocks.</summary>
internal sealed class NodeProgress(string node)
{
    private readonly Dictionary<PodId, DrainEvent.Blocked> _blocked = [];
    private DrainCounts _counts;
    private string _doing = "waiting for its turn";
    private NodeDrainResult? _result;

    public bool Ended => _result is not null;

    public TextCell Line
    {
        get
        {
            if (_result is { } result)
                return new TextCell($"{node}  {DrainEventText.Outcome(result.Outcome).Text}: {result.Counts.Evicted} evicted, {result.Counts.Left + result.Counts.Terminating} left", DrainEventText.Outcome(result.Outcome).Tone);
            if (_blocked.Count == 0)
                return new TextCell($"{node}  {_doing}");
            var first = _blocked.Values.OrderBy(static blocked => blocked.Since).First();
            var more = _blocked.Count == 1 ? "" : $" and {_blocked.Count - 1} more";
            return new TextCell($"{node}  {_doing}; blocked: {first.Pod}{DrainEventText.By(first)}{more}", Tone.Warning);
        }
    }

    public void See(DrainEvent drainEvent)
    {
        switch (drainEvent)
        {
            case DrainEvent.Cordoned:
                _doing = "cordoned";
                break;
            case DrainEvent.Planned planned:
                _counts = new DrainCounts(0, 0, planned.ToEvict, 0, 0);
                Count();
                break;
            case DrainEvent.Progress progress:
                _counts = progress.Counts;
                Count();
                break;
            case DrainEvent.Blocked blocked:
                _blocked[blocked.Pod] = blocked;
                break;
            case DrainEvent.Terminating { Pod: var pod }:
                _blocked.Remove(pod);
                break;
            case DrainEvent.Evicted { Pod: var pod }:
                _blocked.Remove(pod);
                break;
            case DrainEvent.VolumesWaiting volumes:
                _doing = $"{_counts.Evicted} evicted; waiting for {volumes.Volumes.Count} volumes to be detached";
                break;
            case DrainEvent.Finished finished:
                _result = finished.Result;
                break;
        }
    }

    private void Count()
    {
        var failed = _counts.Failed == 0 ? "" : $", {_counts.Failed} failed";
        _doing = $"{_counts.Evicted} evicted, {_counts.Terminating} ending, {_counts.Left} left{failed}";
    }
}
