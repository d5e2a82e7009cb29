using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Kubernetes.Models.Schema;

namespace NodeGuard.Kubernetes.Models.Fleet;

public sealed class PolicyBudget : WireObject
{
    /// <summary>How many nodes may be unavailable at once, of whatever cause, as a number or a percentage of those selected; a positive percentage is at least one node.</summary>
    [FilledWith(1)]
    public IntOrString? MaxUnavailable { get; set; }

    /// <summary>The same within one zone; without it, zones do not count.</summary>
    public IntOrString? MaxPerZone { get; set; }

    /// <summary>The time from one start to the next at least.</summary>
    [Shape(TextShape.Duration)]
    [FilledWith("0s")]
    public string? MinSpacing { get; set; }

    /// <summary>How many recycles may start in any hour; without it, as many as the budget allows.</summary>
    [Bounds(Min = 1)]
    public int? MaxStartsPerHour { get; set; }
}

[Rule("has(self.cron) ? !has(self.days) && !has(self.start) : has(self.days) && has(self.start)",
    "a window is either days and start, or cron")]
public sealed class PolicyWindow : WireObject
{
    /// <summary>The days on which the window opens.</summary>
    [Words(typeof(Weekday))]
    [Bounds(Min = 1, Max = 7)]
    [MergedAsSet]
    public List<string>? Days { get; set; }

    /// <summary>When the window opens on these days, as HH:MM.</summary>
    [Shape(TextShape.TimeOfDay)]
    public string? Start { get; set; }

    /// <summary>When the window opens, as the five fields of cron.</summary>
    [Shape(TextShape.Cron)]
    public string? Cron { get; set; }

    /// <summary>How long the window stays open.</summary>
    [MustBeSet]
    [Shape(TextShape.Duration)]
    [Rule("duration(self) > duration('0s') && duration(self) <= duration('168h')", "a window must stay open for more than 0s, and for 168h at most")]
    public string? Duration { get; set; }

    /// <summary>The time zone of start and cron, by its IANA name.</summary>
    [Shape(TextShape.TimeZone)]
    [FilledWith("UTC")]
    public string? TimeZone { get; set; }
}

[Rule("!(has(self.size) && has(self.nodeSelector))", "a wave has either size or nodeSelector, not both")]
public sealed class PolicyWave : WireObject
{
    /// <summary>What people call this step.</summary>
    [MustBeSet]
    [Shape(TextShape.PartName)]
    public string? Name { get; set; }

    /// <summary>How many nodes it takes, as a number or a percentage of those selected.</summary>
    public IntOrString? Size { get; set; }

    /// <summary>The nodes that it takes.</summary>
    public LabelSelector? NodeSelector { get; set; }

    /// <summary>How long its nodes must have been well before the next wave begins.</summary>
    [Shape(TextShape.Duration)]
    [FilledWith("0s")]
    public string? Soak { get; set; }

    /// <summary>How many of its recycles may fail, in a row or not; one more freezes the policy. Without it, only health.maxFailedRecycles does.</summary>
    [Bounds(Min = 0)]
    public int? MaxFailed { get; set; }
}

public sealed class PolicyDrain : WireObject
{
    /// <summary>How long the pods of a node may take to leave.</summary>
    [Shape(TextShape.Duration)]
    [FilledWith("1h")]
    public string? Timeout { get; set; }

    /// <summary>The grace of each pod, instead of its own.</summary>
    [Bounds(Min = 0)]
    public long? GracePeriodSeconds { get; set; }

    /// <summary>For how long a pod that says do-not-disrupt is left alone, at most; without it, until the drain's timeout.</summary>
    [Shape(TextShape.Duration)]
    public string? RespectDoNotDisruptFor { get; set; }

    /// <summary>Whether pods with emptyDir volumes are evicted, whose data is lost.</summary>
    [FilledWith(true)]
    public bool? DeleteEmptyDirData { get; set; }

    /// <summary>Whether pods without an owner are evicted, which nothing makes again.</summary>
    [FilledWith(false)]
    public bool? Force { get; set; }

    /// <summary>How long volumes may take to be detached once the pods are gone.</summary>
    [Shape(TextShape.Duration)]
    [FilledWith("2m")]
    public string? VolumeDetachTimeout { get; set; }
}

[Rule("!has(self.queries) || self.queries.size() == 0 || has(self.prometheus)", "queries need prometheus: the address of the server that answers them")]
public sealed class PolicyHealth : WireObject
{
    /// <summary>How long the new node must have been Ready.</summary>
    [Shape(TextShape.Duration)]
    [FilledWith("2m")]
    public string? MinReady { get; set; }

    /// <summary>How long the new node and the evicted workloads may take to be well.</summary>
    [Shape(TextShape.Duration)]
    [FilledWith("15m")]
    public string? Timeout { get; set; }

    /// <summary>The policy freezes when more of its nodes are unhealthy, as a number or a percentage.</summary>
    [FilledWith("20%")]
    public IntOrString? MaxUnhealthy { get; set; }

    /// <summary>The policy freezes when so many recycles have failed, none having succeeded since.</summary>
    [Bounds(Min = 1)]
    [FilledWith(1)]
    public int? MaxFailedRecycles { get; set; }

    /// <summary>How long a node has not been Ready when it is taken for broken, and recycled; without it, never.</summary>
    [Shape(TextShape.Duration)]
    [Rule("duration(self) >= duration('1m')", "a node that is not Ready for less than 1m may well come back by itself")]
    public string? RecycleNotReadyAfter { get; set; }

    /// <summary>The Prometheus that answers the queries.</summary>
    [Shape(TextShape.Url)]
    public string? Prometheus { get; set; }

    /// <summary>What must hold after each recycle.</summary>
    [Bounds(Max = 16)]
    [MergedBy("name")]
    public List<HealthQuery>? Queries { get; set; }
}

public sealed class HealthQuery : WireObject
{
    /// <summary>What people call it.</summary>
    [MustBeSet]
    [Shape(TextShape.PartName)]
    public string? Name { get; set; }

    /// <summary>PromQL; it passes when it returns at least one sample and none is 0.</summary>
    [MustBeSet]
    [Bounds(Min = 1, Max = 4096)]
    public string? Query { get; set; }
}
