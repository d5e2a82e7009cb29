using NodeGuard.Cli.Prevention;
using NodeGuard.Core.Files;
using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Cli.Tests.Fakes;

/// <summary>A Debian 13 host with a competing drop-in and one managed link.</summary>
internal sealed class FakePreventionHost : IPreventionHost
{
    public DoctorInput Input { get; set; } = new()
    {
        Networkd = NetworkdPresence.Running,
        VersionText = "257.8-1~deb13u1",
        Config = new ConfigStack([new ConfigFile("/etc/systemd/networkd.conf.d/zz-site.conf", [new ConfigLine("Network", "ManageForeignRoutes", "yes", 3)])]),
        Links = [new PreventedLink { Index = 2, Name = "eth0", NetworkFile = "/etc/systemd/network/10-eth0.network", CarriesForeignObjects = true }],
        Foreign = new ForeignCounts(251, 250, 1, 2),
        Timers = [new UpdateTimer("apt-daily-upgrade.timer", UnitEnablement.Enabled)],
        PendingUpdates = [],
        Needrestart = NeedrestartState.Absent,
    };

    public IReadOnlyList<ExistingFile> Existing { get; set; } = [];

    public ConfigStack Networkd { get; set; } = ConfigStack.Empty;

    public HardenMode? AskedMode { get; private set; }

    public AgentKnowledge? Agent { get; private set; }

    public PreventionPlan? Applied { get; private set; }

    public string? Refusal { get; set; }

    public Task<DoctorInput> ExamineAsync(AgentKnowledge? agent, CancellationToken cancellation)
    {
        Agent = agent;
        return Task.FromResult(Input);
    }

    public Task<PreventionInput> PlanningInputAsync(HardenMode mode, AgentKnowledge? agent, CancellationToken cancellation)
    {
        AskedMode = mode;
        Agent = agent;
        return Task.FromResult(new PreventionInput
        {
            Mode = mode,
            Version = SystemdVersion.Parse(Input.VersionText),
            Networkd = Networkd,
            Links = Input.Links,
            Existing = Existing,
            NeedrestartInstalled = true,
        });
    }

    public IReadOnlyList<HardenedFile> Apply(PreventionPlan plan)
    {
        Applied = plan;
        return
        [
            .. plan.Writes.Select(write => Refusal is { } reason
                ? new HardenedFile(write.Path, HardenChange.Refused, reason)
                : new HardenedFile(write.Path, HardenChange.Written, write.Why)),
            .. plan.Removals.Select(static removal => new HardenedFile(removal.Path, HardenChange.Removed, removal.Why)),
        ];
    }
}
