using NodeGuard.Core.Selecting;

namespace NodeGuard.Core.Draining.Preflight;

/// <summary>The drain's flags that decide whether a finding stops it; named as kubectl names them.</summary>
public sealed record PreflightOptions
{
    public bool IgnoreDaemonSets { get; init; }

    public bool DeleteEmptyDirData { get; init; }

    public bool Force { get; init; }

    public bool DisableEviction { get; init; }

    /// <summary>False when --do-not-disrupt-for limits it: then the wish delays the drain, and does not block it.</summary>
    public bool RespectDoNotDisrupt { get; init; } = true;

    /// <summary>--pod-selector.</summary>
    public LabelMatch PodSelector { get; init; } = LabelMatch.Everything;
}
