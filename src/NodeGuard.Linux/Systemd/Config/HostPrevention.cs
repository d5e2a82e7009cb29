using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Linux.Systemd.Config;

/// <summary>A link that networkd manages, as observed; NetworkFile is null when it could not be told.</summary>
public sealed record ObservedLink(int Index, string Name, string? NetworkFile);

/// <summary>Reads from the host's files what the planner and the doctor decide on, and carries plans out.</summary>
public sealed class HostPrevention(HostRoot root)
{
    private readonly NetworkdConfReader _reader = new(root);
    private readonly PreventionFiles _files = new(root);
    private readonly UpdateTriggerReader _triggers = new(root);

    /// <param name="mode">What is wished for.</param>
    /// <param name="version">Null when unknown.</param>
    /// <param name="links">The links that networkd manages; null when unknown.</param>
    /// <param name="carriesForeign">By link index; null when unknown.</param>
    public PreventionInput Read(HardenMode mode, SystemdVersion? version, IReadOnlyList<ObservedLink>? links, Func<int, bool?> carriesForeign) =>
        new()
        {
            Mode = mode,
            Version = version,
            Networkd = _reader.ReadGlobal(version),
            Links = ReadLinks(links, carriesForeign),
            Existing = _files.Find(),
            NeedrestartInstalled = _triggers.ReadNeedrestart().State != NeedrestartState.Absent,
        };

    /// <summary>Reads, plans and applies; the plan comes back with what became of each of its files.</summary>
    public (PreventionPlan Plan, IReadOnlyList<FileOutcome> Outcomes) Apply(PreventionInput input)
    {
        var plan = PreventionPlanner.Plan(input);
        return (plan, _files.Apply(plan));
    }

    /// <param name="networkd">Running or not, as the bus or /proc tells.</param>
    /// <param name="versionText">As systemd tells it.</param>
    /// <param name="links">The links that networkd manages; null when unknown.</param>
    /// <param name="foreign">Null when the objects could not be read.</param>
    /// <param name="carriesForeign">By link index; null when unknown.</param>
    /// <param name="withPending">Look through apt's lists, which takes long.</param>
    public DoctorInput ReadForDoctor(
        NetworkdPresence networkd,
        string? versionText,
        IReadOnlyList<ObservedLink>? links,
        ForeignCounts? foreign,
        Func<int, bool?> carriesForeign,
        bool withPending = true)
    {
        var needrestart = _triggers.ReadNeedrestart();
        return new DoctorInput
        {
            Networkd = networkd,
            VersionText = versionText,
            Config = _reader.ReadGlobal(SystemdVersion.Parse(versionText)),
            Links = ReadLinks(links, carriesForeign),
            Existing = _files.Find(),
            Foreign = foreign,
            Timers = _triggers.ReadTimers(),
            PendingUpdates = withPending ? new PendingSystemdUpdateReader(root).Read() : null,
            Needrestart = needrestart.State,
            NeedrestartPlace = needrestart.Place,
        };
    }

    /// <summary>
    /// Whether networkd is here, from files alone: for hosts whose bus does not answer, and to tell a networkd that is
    /// merely stopped from one that nothing would start.
    /// </summary>
    /// <param name="running">Null when unknown.</param>
    public NetworkdPresence Presence(bool? running) => (running, _triggers.Enablement("systemd-networkd.service")) switch
    {
        (true, _) => NetworkdPresence.Running,
        (_, UnitEnablement.Absent) => NetworkdPresence.Absent,
        (false, UnitEnablement.Disabled) => NetworkdPresence.Disabled,
        (false, UnitEnablement.Enabled) => NetworkdPresence.Stopped,
        _ => NetworkdPresence.Unknown,
    };

    private List<PreventedLink>? ReadLinks(IReadOnlyList<ObservedLink>? links, Func<int, bool?> carriesForeign) =>
        links?.Select(link => new PreventedLink
        {
            Index = link.Index,
            Name = link.Name,
            NetworkFile = link.NetworkFile,
            Config = link.NetworkFile is null ? ConfigStack.Empty : _reader.ReadNetwork(link.NetworkFile),
            CarriesForeignObjects = carriesForeign(link.Index),
        }).ToList();
}
