using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Systemd;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Cli.Prevention;

/// <summary>The host that this program runs on, read from systemd, its files, the kernel and the agent.</summary>
internal sealed class LinuxPreventionHost(Systemctl systemctl, HostRoot root, Func<IReadOnlyList<LiveObject>> readKernel) : IPreventionHost
{
    private readonly NetworkdUnitState _networkd = new(systemctl);
    private readonly HostPrevention _files = new(root);

    public async Task<DoctorInput> ExamineAsync(AgentKnowledge? agent, CancellationToken cancellation)
    {
        var version = await _networkd.VersionAsync(cancellation);
        var presence = await _networkd.PresenceAsync(cancellation);
        var links = ManagedLinks.Read(root);
        var foreign = Foreign(agent, links);
        return _files.ReadForDoctor(
            presence is NetworkdPresence.Unknown ? _files.Presence(_networkd.ProcessRuns()) : presence,
            version, links, Count(foreign), Carries(foreign));
    }

    public async Task<PreventionInput> PlanningInputAsync(HardenMode mode, AgentKnowledge? agent, CancellationToken cancellation)
    {
        var version = SystemdVersion.Parse(await _networkd.VersionAsync(cancellation));
        var links = ManagedLinks.Read(root);
        return _files.Read(mode, version, links, Carries(Foreign(agent, links)));
    }

    public IReadOnlyList<HardenedFile> Apply(PreventionPlan plan)
    {
        var reasons = plan.Writes.Select(static write => (write.Path, write.Why))
            .Concat(plan.Removals.Select(static removal => (removal.Path, removal.Why)))
            .ToDictionary(static pair => pair.Path, static pair => pair.Why, StringComparer.Ordinal);
        return
        [
            .. new PreventionFiles(root).Apply(plan).Select(outcome => new HardenedFile(
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

    /// <summary>The live foreign objects, from the agent where there is one; null where nobody can tell.</summary>
    private IReadOnlyList<LiveObject>? Foreign(AgentKnowledge? agent, IReadOnlyList<ObservedLink>? links)
    {
        if (agent is not null)
            return [.. agent.Objects.Where(static item => item.Owner is "foreign").Select(item => FromAgent(item, links))];
        return _files.Read(HardenMode.Off, null, links, static _ => null).Links is { } managed
            ? ForeignWithoutAgent.Among(readKernel(), managed)
            : null;
    }

    private static LiveObject FromAgent(NodeGuard.Agent.Control.LedgerObject item, IReadOnlyList<ObservedLink>? links) => new(
        item.Kind switch
        {
            "address" => ObjectKind.Address,
            "nexthop" => ObjectKind.Nexthop,
            "route" => ObjectKind.Route,
            _ => ObjectKind.Rule,
        },
        Protocol: 0, links?.FirstOrDefault(link => link.Name == item.Device)?.Index ?? 0, Address: null, Expires: false);

    private static ForeignCounts? Count(IReadOnlyList<LiveObject>? foreign) => foreign is null ? null : new ForeignCounts(
        foreign.Count(static item => item.Kind is ObjectKind.Rule),
        foreign.Count(static item => item.Kind is ObjectKind.Route),
        foreign.Count(static item => item.Kind is ObjectKind.Nexthop),
        foreign.Count(static item => item.Kind is ObjectKind.Address));

    private static Func<int, bool?> Carries(IReadOnlyList<LiveObject>? foreign) =>
        link => foreign?.Any(item => item.LinkIndex == link);
}
