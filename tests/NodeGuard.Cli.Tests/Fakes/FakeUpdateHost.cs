using NodeGuard.Agent.Updates;
using NodeGuard.Cli.Updates;
using NodeGuard.Core.Files;
using NodeGuard.Core.Updates;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Cli.Tests.Fakes;

/// <summary>A Debian host: one unit as it comes, one that somebody masked, one whose drop-in somebody overrules.</summary>
internal sealed class FakeUpdateHost : IUpdateHost
{
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);

    public bool IsReleased { get; set; }

    public bool HasPermit { get; set; }

    public string? Refusal { get; set; }

    public bool Overruled { get; set; }

    public HoldWish? Asked { get; private set; }

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

    public string? SetReleased(bool released)
    {
        ReleasedTold = released;
        return null;
    }

    public void Dispose()
    {
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
