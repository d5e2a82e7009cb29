using NodeGuard.Core.Files;
using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Core.Tests.Routing.Prevention;

/// <summary>Hosts as values.</summary>
internal static class Hosts
{
    public const string Network = "/etc/systemd/network/10-eth0.network";
    public const string LinkDropIn = "/run/systemd/network/10-eth0.network.d/zz-nodeguard.conf";

    public static ConfigFile File(string path, params string[] assignments) =>
        new(path, [.. assignments.Select((text, index) =>
            new ConfigLine("Network", text.Split('=')[0], text.Split('=')[1], index + 2))]);

    public static ConfigStack Stack(params ConfigFile[] files) => new(files);

    public static PreventedLink Link(string name = "eth0", bool? foreign = true, string? file = Network, params ConfigFile[] config) =>
        new()
        {
            Index = 2,
            Name = name,
            NetworkFile = file,
            Config = config.Length > 0 ? Stack(config) : Stack(new ConfigFile(file ?? "?", [])),
            CarriesForeignObjects = foreign,
        };

    public static PreventionInput Plan(
        HardenMode mode = HardenMode.Runtime,
        string version = "257.13",
        ConfigStack? networkd = null,
        IReadOnlyList<PreventedLink>? links = null,
        IReadOnlyList<ExistingFile>? existing = null,
        bool needrestart = false) =>
        new()
        {
            Mode = mode,
            Version = SystemdVersion.Parse(version),
            Networkd = networkd ?? ConfigStack.Empty,
            Links = links ?? [Link()],
            Existing = existing ?? [],
            NeedrestartInstalled = needrestart,
        };

    public static ExistingFile Written(PlannedWrite write) => new(write.Path, write.Content);

    /// <summary>The files on the host after a plan was carried out.</summary>
    public static IReadOnlyList<ExistingFile> After(PreventionInput input, PreventionPlan plan) =>
    [
        .. input.Existing.Where(file => !plan.Removals.Any(removal => removal.Path == file.Path)
            && !plan.Writes.Any(write => write.Path == file.Path)),
        .. plan.Writes.Select(Written),
    ];

    public static DoctorInput Running(string version, ConfigStack? config = null, params PreventedLink[] links) => new()
    {
        Networkd = NetworkdPresence.Running,
        VersionText = version,
        Config = config ?? ConfigStack.Empty,
        Links = links,
        Foreign = new ForeignCounts(4, 3, 0, 1),
        Timers = [],
        PendingUpdates = [],
        Needrestart = NeedrestartState.Absent,
    };

    public static ConfigFile OurGlobal(params string[] options) =>
        File(PreventionFile.RuntimeGlobal, [.. options.Select(option => option + "=no")]);
}
