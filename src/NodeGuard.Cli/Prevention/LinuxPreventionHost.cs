using System.Globalization;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Systemd;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Cli.Prevention;

/// <summary>The host that this program runs on, read from systemd, its files and the agent.</summary>
internal sealed class LinuxPreventionHost(Systemctl systemctl, HostRoot root, Func<IReadOnlyList<LiveObject>> readKernel) : IPreventionHost
{
    private readonly NetworkdUnitState _networkd = new(systemctl);
    private readonly PreventionFiles _files = new(root);

    public async Task<DoctorInput> ExamineAsync(AgentKnowledge? agent, CancellationToken cancellation)
    {
        var version = await _networkd.VersionAsync(cancellation);
        var triggers = new UpdateTriggerReader(root);
        var (links, foreign) = LinksAndForeign(agent);
        var (needrestart, place) = triggers.ReadNeedrestart();
        return new DoctorInput
        {
            Networkd = await _networkd.PresenceAsync(cancellation),
            VersionText = version,
            Config = new NetworkdConfReader(root).ReadGlobal(SystemdVersion.Parse(version)),
            Links = links,
            Existing = _files.Find(),
            Foreign = Count(foreign),
            Timers = triggers.ReadTimers(),
            Needrestart = needrestart,
            NeedrestartPlace = place,
        };
    }

    public async Task<PreventionInput> PlanningInputAsync(HardenMode mode, AgentKnowledge? agent, CancellationToken cancellation)
    {
        var version = SystemdVersion.Parse(await _networkd.VersionAsync(cancellation));
        return new PreventionInput
        {
            Mode = mode,
            Version = version,
            Networkd = new NetworkdConfReader(root).ReadGlobal(version),
            Links = LinksAndForeign(agent).Links,
            Existing = _files.Find(),
            NeedrestartInstalled = new UpdateTriggerReader(root).ReadNeedrestart().State is not NeedrestartState.Absent,
        };
    }

    public IReadOnlyList<HardenedFile> Apply(PreventionPlan plan)
    {
        var reasons = plan.Writes.ToDictionary(static write => write.Path, static write => write.Why, StringComparer.Ordinal);
        foreach (var removal in plan.Removals)
            reasons[removal.Path] = removal.Why;
        return
        [
            .. _files.Apply(plan).Select(outcome => new HardenedFile(
                outcome.Path,
                outcome.Change switch
                {
                    FileChange.Written => HardenChange.Written,
                    FileChange.Removed => HardenChange.Removed,
                    _ => HardenChange.Refused,
                },
                outcome.Reason ?? reasons.GetValueOrDefault(outcome.Path, ""))),
        ];
    }

    /// <summary>The live foreign objects, from the agent where there is one; null where neither it nor the kernel can tell.</summary>
    private (IReadOnlyList<PreventedLink>? Links, IReadOnlyList<LiveObject>? Foreign) LinksAndForeign(AgentKnowledge? agent)
    {
        var links = Links();
        var foreign = agent is not null ? FromAgent(agent, links) : links is null ? null : ForeignWithoutAgent.Among(readKernel(), links);
        if (foreign is null)
            return (links, null);
        return (links?.ConvertAll(link => link with { CarriesForeignObjects = foreign.Any(item => item.LinkIndex == link.Index) }), foreign);
    }

    private static List<LiveObject> FromAgent(AgentKnowledge agent, List<PreventedLink>? links) =>
    [
        .. agent.Objects
            .Where(static item => item.Owner is "foreign")
            .Select(item => new LiveObject(
                KindOf(item.Kind), Protocol: 0, links?.Find(link => link.Name == item.Device)?.Index ?? 0, Address: null, Expires: false)),
    ];

    private static ObjectKind KindOf(string kind) => kind switch
    {
        "address" => ObjectKind.Address,
        "nexthop" => ObjectKind.Nexthop,
        "route" => ObjectKind.Route,
        _ => ObjectKind.Rule,
    };

    private static ForeignCounts? Count(IReadOnlyList<LiveObject>? foreign) => foreign is null ? null : new ForeignCounts(
        foreign.Count(static item => item.Kind is ObjectKind.Rule),
        foreign.Count(static item => item.Kind is ObjectKind.Route),
        foreign.Count(static item => item.Kind is ObjectKind.Nexthop),
        foreign.Count(static item => item.Kind is ObjectKind.Address));

    private List<PreventedLink>? Links()
    {
        if (LinkStateFiles.Read(root.Map("/run/systemd/netif/links")) is not { } states)
            return null;
        var reader = new NetworkdConfReader(root);
        return
        [
            .. states
                .Where(static state => state.AdministrativeState is not "unmanaged")
                .Select(state =>
                {
                    var name = NameOf(state.Index);
                    return new PreventedLink
                    {
                        Index = state.Index,
                        Name = name ?? string.Create(CultureInfo.InvariantCulture, $"link {state.Index}"),
                        NetworkFile = state.NetworkFile,
                        Config = state.NetworkFile is { } file ? reader.ReadNetwork(file) : ConfigStack.Empty,
                        CarriesForeignObjects = null,
                    };
                }),
        ];
    }

    private string? NameOf(int index)
    {
        try
        {
            return Directory.EnumerateDirectories(root.Map("/sys/class/net"))
                .FirstOrDefault(link => File.ReadAllText(Path.Combine(link, "ifindex")).Trim() == index.ToString(CultureInfo.InvariantCulture)) is { } found
                ? Path.GetFileName(found)
                : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
