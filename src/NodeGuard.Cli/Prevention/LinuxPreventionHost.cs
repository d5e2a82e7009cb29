using System.Globalization;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Systemd;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Cli.Prevention;

/// <summary>The host that this program runs on, read from systemd, its files and the agent.</summary>
internal sealed class LinuxPreventionHost(Systemctl systemctl, HostRoot root) : IPreventionHost
{
    private readonly NetworkdUnitState _networkd = new(systemctl);
    private readonly PreventionFiles _files = new(root);

    public async Task<DoctorInput> ExamineAsync(AgentKnowledge? agent, CancellationToken cancellation)
    {
        var version = await _networkd.VersionAsync(cancellation);
        var triggers = new UpdateTriggerReader(root);
        var (needrestart, place) = triggers.ReadNeedrestart();
        return new DoctorInput
        {
            Networkd = await _networkd.PresenceAsync(cancellation),
            VersionText = version,
            Config = new NetworkdConfReader(root).ReadGlobal(SystemdVersion.Parse(version)),
            Links = Links(agent),
            Existing = _files.Find(),
            Foreign = agent?.Status.Foreign is { } counts ? new ForeignCounts(counts.Rules, counts.Routes, counts.Nexthops, counts.Addresses) : null,
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
            Links = Links(agent),
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

    private List<PreventedLink>? Links(AgentKnowledge? agent)
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
                        CarriesForeignObjects = Carries(agent, name),
                    };
                }),
        ];
    }

    private static bool? Carries(AgentKnowledge? agent, string? link) => agent is null || link is null
        ? null
        : agent.Objects.Any(item => item.Owner is "foreign" && item.Kind is not "rule" && item.Device == link);

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
