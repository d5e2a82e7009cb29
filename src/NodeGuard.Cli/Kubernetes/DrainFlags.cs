using System.CommandLine;
using System.Globalization;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Selecting;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>The options of `nodeguard drain`: kubectl's with its names and meanings, then ours.</summary>
internal sealed class DrainFlags
{
    private static readonly DrainOptions Defaults = DrainOptions.Default;

    private readonly Option<bool> _ignoreDaemonSets = new("--ignore-daemonsets") { Description = "leave the pods of DaemonSets where they are" };
    private readonly Option<bool> _deleteEmptyDirData = new("--delete-emptydir-data") { Description = "also pods with emptyDir volumes; what is in them is lost" };
    private readonly Option<bool> _force = new("--force") { Description = "also pods that no controller owns; nothing starts them again" };
    private readonly Option<int> _gracePeriod = new("--grace-period") { Description = "seconds for each pod to end; negative: the pod's own; 0: at once", DefaultValueFactory = static _ => -1, HelpName = "seconds" };
    private readonly Option<TimeSpan> _timeout = DurationOption.Create("--timeout", "how long each node may take; 0s: for ever", TimeSpan.Zero);
    private readonly Option<string> _podSelector = new("--pod-selector") { Description = "only pods with these labels, such as app=web,tier!=x", HelpName = "labels" };
    private readonly Option<bool> _disableEviction = new("--disable-eviction") { Description = "delete instead of evict: past every disruption budget" };
    private readonly Option<int> _skipWait = new("--skip-wait-for-delete-timeout") { Description = "do not wait for pods that are this many seconds past their deletion; 0: wait for all", HelpName = "seconds" };
    private readonly Option<int> _chunkSize = new("--chunk-size") { Description = "pods in one page of a list; 0: all at once", DefaultValueFactory = static _ => Defaults.ChunkSize, HelpName = "pods" };
    private readonly Option<int> _maxParallel = new("--max-parallel") { Description = "how many nodes are drained at once", DefaultValueFactory = static _ => Defaults.MaxParallelNodes, HelpName = "nodes" };
    private readonly Option<int> _maxEvictions = new("--max-evictions") { Description = "how many evictions of one node are asked for at once", DefaultValueFactory = static _ => Defaults.MaxParallelEvictions, HelpName = "pods" };
    private readonly Option<bool> _keepCordoned = new("--keep-cordoned") { Description = "leave the node cordoned when its drain fails; otherwise it is left as it was found" };
    private readonly Option<TimeSpan?> _doNotDisruptFor = DurationOption.Optional("--do-not-disrupt-for", "how long karpenter.sh/do-not-disrupt is respected; 0s: not at all (default: for ever)");
    private readonly Option<TimeSpan> _volumeDetachTimeout = DurationOption.Create("--volume-detach-timeout", "how long to wait for volumes to be detached; 0s: do not look at them", Defaults.VolumeDetachTimeout);
    private readonly Option<string> _id = new("--id") { Description = "who cordons, as kept on the node; the same id goes on where a broken drain stopped", DefaultValueFactory = static _ => Defaults.CordonId, HelpName = "name" };

    public DryRunOption DryRun { get; } = new();

    public void AddTo(Command command)
    {
        Option[] options =
        [
            _ignoreDaemonSets, _deleteEmptyDirData, _force, _gracePeriod, _timeout, _podSelector, DryRun.Option, _disableEviction, _skipWait,
            _chunkSize, _maxParallel, _maxEvictions, _keepCordoned, _doNotDisruptFor, _volumeDetachTimeout, _id,
        ];
        foreach (var option in options)
            command.Options.Add(option);
        _podSelector.Validators.Add(static result =>
        {
            if (result.Tokens.Count > 0 && !LabelMatchText.TryParse(result.Tokens[0].Value, out _, out var problem))
                result.AddError($"--pod-selector: {problem}");
        });
        AtLeast(_maxParallel, 1);
        AtLeast(_maxEvictions, 1);
        AtLeast(_chunkSize, 0);
        AtLeast(_skipWait, 0);
    }

    public DrainOptions Read(ParseResult parsed) => new()
    {
        IgnoreDaemonSets = parsed.GetValue(_ignoreDaemonSets),
        DeleteEmptyDirData = parsed.GetValue(_deleteEmptyDirData),
        Force = parsed.GetValue(_force),
        GracePeriod = parsed.GetValue(_gracePeriod) is >= 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null,
        Timeout = parsed.GetValue(_timeout),
        PodSelector = parsed.GetValue(_podSelector) ?? "",
        DryRun = DryRun.Read(parsed),
        DisableEviction = parsed.GetValue(_disableEviction),
        SkipWaitForDeleteTimeout = TimeSpan.FromSeconds(parsed.GetValue(_skipWait)),
        ChunkSize = parsed.GetValue(_chunkSize),
        MaxParallelNodes = parsed.GetValue(_maxParallel),
        MaxParallelEvictions = parsed.GetValue(_maxEvictions),
        KeepCordoned = parsed.GetValue(_keepCordoned),
        RespectDoNotDisruptFor = parsed.GetValue(_doNotDisruptFor),
        VolumeDetachTimeout = parsed.GetValue(_volumeDetachTimeout),
        CordonId = parsed.GetValue(_id) ?? Defaults.CordonId,
    };

    private static void AtLeast(Option<int> option, int least) => option.Validators.Add(result =>
    {
        if (result.Errors.Any() || result.Tokens.Count == 0 || !int.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given))
            return;
        if (given < least)
            result.AddError($"{option.Name} must be {least} or more, not {given}");
    });
}
