using NodeGuard.Agent.Updates;
using NodeGuard.Agent.Updates.Ways;
using NodeGuard.Cli.Updates;
using NodeGuard.Core.Files;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Cli.Tests.Fakes;

/// <summary>A Debian host: one unit as it comes, one that somebody masked, one whose drop-in somebody overrules.</summary>
internal sealed class FakeUpdateHost : IUpdateHost
{
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);
    private bool _gate;

    public bool IsReleased { get; set; }

    public bool HasPermit { get; set; }

    public string? Refusal { get; set; }

    public bool Overruled { get; set; }

    public HoldWish? Asked { get; private set; }

    public WaysWish? AskedWays { get; private set; }

    public IReadOnlyList<string> WayProblems { get; set; } = [];

    public SnapLook Snap { get; set; } = new SnapLook.Absent();

    public bool Ran { get; private set; }

    public bool? ReleasedTold { get; private set; }

    public Task<HoldPlan> PlanAsync(HoldWish wish, CancellationToken cancellation)
    {
        Asked = wish;
        return Task.FromResult(HoldPlanner.Plan(new HoldInput(wish.Mode, wish.Persistent, Units())));
    }

    public Task<HoldResult> RunAsync(HoldWish wish, CancellationToken cancellation)
    {
        Ran = true;
        HoldPlan plan = HoldPlanner.Plan(new HoldInput(wish.Mode, wish.Persistent, Units()));
        if (Refusal is { } reason)
        {
            return Task.FromResult(new HoldResult(
                plan.Verdicts, [.. plan.Writes.Select(write => new FileOutcome(write.Path, FileChange.Refused, reason))], false, [reason]));
        }

        _held.UnionWith(plan.Writes.Select(write => write.Path));
        _held.ExceptWith(plan.Removals.Select(removal => removal.Path));
        HoldPlan after = HoldPlanner.Plan(new HoldInput(wish.Mode, wish.Persistent, Units()));
        return Task.FromResult(new HoldResult(
            after.Verdicts,
            [
                .. plan.Writes.Select(write => new FileOutcome(write.Path, FileChange.Written)),
                .. plan.Removals.Select(removal => new FileOutcome(removal.Path, FileChange.Removed)),
            ],
            true,
            []));
    }

    public Task<WaysResult> PlanWaysAsync(WaysWish wish, string stateDirectory, CancellationToken cancellation)
    {
        AskedWays = wish;
        return Task.FromResult(WaysOf(wish, []));
    }

    public Task<WaysResult> RunWaysAsync(WaysWish wish, string stateDirectory, CancellationToken cancellation)
    {
        AskedWays = wish;
        WaysResult planned = WaysOf(wish, []);
        _gate = wish.Mode is HoldMode.Hold && wish.AptGate;
        return Task.FromResult(WaysOf(wish, WayProblems) with
        {
            Writes = planned.Writes,
            Removals = planned.Removals,
            Files =
            [
                .. planned.Writes.Select(write => new FileOutcome(write.Path, FileChange.Written)),
                .. planned.Removals.Select(removal => new FileOutcome(removal.Path, FileChange.Removed)),
            ],
        });
    }

    public string? SetReleased(bool released)
    {
        ReleasedTold = released;
        return null;
    }

    public void Dispose()
    {
    }

    /// <summary>apt, a needrestart that asks, no snapd, and a cloud-init that upgrades.</summary>
    private WaysResult WaysOf(WaysWish wish, IReadOnlyList<string> problems)
    {
        WayStep apt = AptGate.Plan(wish.Mode, wish.AptGate, new AptGateInput(true, _gate ? new ExistingFile(AptGate.Path, AptGate.Content) : null, _gate));
        WayStep needrestart = NeedrestartHold.Plan(wish.Mode, new NeedrestartInput { Installed = true, Mode = RestartMode.Asks, MarkStands = _gate });
        var cloud = new CloudInitInput(true, [new("/etc/cloud/cloud.cfg", new Dictionary<string, bool> { ["package_upgrade"] = true }, null)], true);
        return new WaysResult(
            [apt.Verdict, needrestart.Verdict, SnapHold.Plan(wish.Mode, Snap, null, FixedTime.Now).Verdict, CloudInitPackages.Judge(cloud)],
            apt.Write is null ? [] : [apt.Write], apt.Removal is null ? [] : [apt.Removal], [], problems);
    }

    private ObservedUnit[] Units() =>
    [
        Unit("apt-daily-upgrade.service", overruled: false),
        Unit("apt-daily.service", Overruled),
        new ObservedUnit { Unit = "dnf-automatic.service", File = new UnitFile.Absent() },
        Unit("packagekit-offline-update.service", overruled: false) with { File = new UnitFile.Masked("/etc/systemd/system/packagekit-offline-update.service") },
    ];

    private ObservedUnit Unit(string name, bool overruled)
    {
        ExistingFile[] ours =
        [
            .. _held.Where(path => path.Contains($"/{name}.d/", StringComparison.Ordinal)).Select(path => new ExistingFile(path, HoldFile.Content)),
        ];
        string site = $"/etc/systemd/system/{name}.d/zzz-site.conf";
        return new ObservedUnit
        {
            Unit = name,
            File = new UnitFile.Present("/usr/lib/systemd/system/" + name),
            DropIns = overruled ? [.. ours, new ExistingFile(site, "[Unit]\nConditionPathExists=\n")] : ours,
            Loaded = new LoadedUnit
            {
                LoadState = "loaded",
                ActiveState = "inactive",
                Holds = ours.Length > 0 && !overruled,
                NeedsReload = false,
                DropInPaths = [.. ours.Select(file => file.Path)],
                LastRun = new UnitRun(FixedTime.Now.AddHours(-4), FixedTime.Now.AddHours(-4).AddMinutes(2), "success", 0),
                SkippedAt = overruled ? FixedTime.Now.AddHours(-1) : null,
                Timer = new UnitTimer(Path.ChangeExtension(name, ".timer"), "enabled", true, FixedTime.Now.AddHours(20), FixedTime.Now.AddHours(-4)),
            },
        };
    }
}
