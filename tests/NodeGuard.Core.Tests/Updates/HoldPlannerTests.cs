using NodeGuard.Core.Files;
using NodeGuard.Core.Updates;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates;

public sealed class HoldPlannerTests
{
    private const string Unit = "apt-daily-upgrade.service";
    private const string Runtime = "/run/systemd/system/apt-daily-upgrade.service.d/zz-nodeguard.conf";
    private const string Persistent = "/etc/systemd/system/apt-daily-upgrade.service.d/zz-nodeguard.conf";
    private const string Clearing = "/etc/systemd/system/apt-daily-upgrade.service.d/zzz-site.conf";

    private static readonly LoadedUnit Idle = new() { LoadState = "loaded", ActiveState = "inactive", Holds = false, NeedsReload = false };
    private static readonly LoadedUnit Held = Idle with { Holds = true };
    private static readonly LoadedUnit Read = Idle with { DropInPaths = [Runtime] };
    private static readonly LoadedUnit Stale = Idle with { NeedsReload = true };
    private static readonly ExistingFile OursRuntime = new(Runtime, HoldFile.Content);
    private static readonly ExistingFile OursPersistent = new(Persistent, HoldFile.Content);

    private static ObservedUnit Present(LoadedUnit? loaded, params ExistingFile[] dropIns) => new()
    {
        Unit = Unit,
        File = new UnitFile.Present("/usr/lib/systemd/system/" + Unit),
        DropIns = dropIns,
        Loaded = loaded,
        Problem = loaded is null ? "no bus" : null,
    };

    private static ObservedUnit With(UnitFile file, LoadedUnit? loaded, params ExistingFile[] dropIns) => Present(loaded, dropIns) with { File = file };

    private static HoldPlan Plan(HoldMode mode, ObservedUnit unit, bool persistent = false) =>
        HoldPlanner.Plan(new HoldInput(mode, persistent, [unit]));

    /// <summary>Name, wish, unit, state, path written, paths removed, whether systemd is to reload.</summary>
    public static TheoryData<string, HoldMode, bool, ObservedUnit, HoldState, string?, string, bool> Rows => new()
    {
        { "new unit", HoldMode.Hold, false, Present(Idle), HoldState.Waiting, Runtime, "", false },
        { "new unit, for good", HoldMode.Hold, true, Present(Idle), HoldState.Waiting, Persistent, "", false },
        { "written, not read", HoldMode.Hold, false, Present(Stale, OursRuntime), HoldState.Waiting, null, "", true },
        { "held", HoldMode.Hold, false, Present(Held, OursRuntime), HoldState.Held, null, "", false },
        { "held, others' files changed", HoldMode.Hold, false, Present(Held with { NeedsReload = true }, OursRuntime), HoldState.Held, null, "", false },
        { "older text", HoldMode.Hold, false, Present(Held, new ExistingFile(Runtime, OwnFile.Marker + ".\n")), HoldState.Held, Runtime, "", false },
        { "persistent serves runtime", HoldMode.Hold, false, Present(Held, OursPersistent), HoldState.Held, null, "", false },
        { "persistent replaces runtime", HoldMode.Hold, true, Present(Held, OursPersistent, OursRuntime), HoldState.Held, null, Runtime, false },
        { "twice", HoldMode.Hold, false, Present(Held, OursPersistent, OursRuntime), HoldState.Held, null, Runtime, false },
        { "no bus", HoldMode.Hold, false, Present(null), HoldState.Unknown, Runtime, "", false },
        { "no bus, written", HoldMode.Hold, false, Present(null, OursRuntime), HoldState.Unknown, null, "", false },
        { "bad setting", HoldMode.Hold, false, Present(Idle with { LoadState = "bad-setting" }), HoldState.Unknown, Runtime, "", false },
        { "new to systemd", HoldMode.Hold, false, Present(Idle with { LoadState = "not-found" }), HoldState.Waiting, Runtime, "", false },
        { "runs", HoldMode.Hold, false, Present(Idle with { ActiveState = "activating" }), HoldState.Running, Runtime, "", false },
        { "runs, written", HoldMode.Hold, false, Present(Stale with { ActiveState = "active" }, OursRuntime), HoldState.Running, null, "", true },
        { "runs, held next time", HoldMode.Hold, false, Present(Held with { ActiveState = "deactivating" }, OursRuntime), HoldState.Running, null, "", false },
        { "masked", HoldMode.Hold, false, With(new UnitFile.Masked("/etc/systemd/system/" + Unit), Idle with { LoadState = "masked" }), HoldState.Masked, Runtime, "", false },
        { "masked, no bus", HoldMode.Hold, false, With(new UnitFile.Masked("/etc/systemd/system/" + Unit), null), HoldState.Masked, Runtime, "", false },
        { "masked, as systemd says", HoldMode.Hold, false, Present(Stale with { LoadState = "masked" }, OursRuntime), HoldState.Masked, null, "", false },
        { "foreign at our path", HoldMode.Hold, false, Present(Idle, new ExistingFile(Runtime, "[Unit]\n")), HoldState.ForeignDropIn, null, "", false },
        { "foreign in /etc replaces ours", HoldMode.Hold, false, Present(Idle, new ExistingFile(Persistent, "[Unit]\n"), OursRuntime), HoldState.ForeignDropIn, null, "", false },
        { "unreadable at our path", HoldMode.Hold, true, Present(Idle, new ExistingFile(Persistent, null)), HoldState.ForeignDropIn, null, "", false },
        { "conditions cleared", HoldMode.Hold, false, Present(Read, OursRuntime, new ExistingFile(Clearing, "[Unit]\nConditionACPower=\n")), HoldState.ForeignDropIn, null, "", false },
        { "written, not read, and 252 does not see it", HoldMode.Hold, false, Present(Idle, OursRuntime), HoldState.Waiting, null, "", true },
        { "off, not read, and 252 does not see it", HoldMode.Off, false, Present(Held with { DropInPaths = [Runtime] }), HoldState.Waiting, null, "", true },
        { "in place, without effect", HoldMode.Hold, false, Present(Read, OursRuntime), HoldState.Unknown, null, "", false },
        { "absent", HoldMode.Hold, false, With(new UnitFile.Absent(), null), HoldState.Absent, null, "", false },
        { "gone", HoldMode.Hold, false, With(new UnitFile.Absent(), null, OursRuntime), HoldState.Absent, null, Runtime, false },
        { "gone, persistent", HoldMode.Hold, true, With(new UnitFile.Absent(), null, OursPersistent), HoldState.Absent, null, "", false },
        { "unreadable", HoldMode.Hold, false, With(new UnitFile.Unreadable("?"), null), HoldState.Unknown, null, "", false },
        { "no longer gated", HoldMode.Hold, false, Present(Held, OursRuntime) with { IsGated = false }, HoldState.Held, null, Runtime, false },

        { "observed", HoldMode.Observe, false, Present(Idle), HoldState.WouldHold, null, "", false },
        { "observed, held by what is left", HoldMode.Observe, false, Present(Held, OursRuntime), HoldState.Held, null, "", false },
        { "observed, stale", HoldMode.Observe, false, Present(Stale, OursRuntime), HoldState.WouldHold, null, "", false },
        { "observed, no bus", HoldMode.Observe, false, Present(null), HoldState.Unknown, null, "", false },
        { "observed, runs", HoldMode.Observe, false, Present(Idle with { ActiveState = "active" }), HoldState.Running, null, "", false },
        { "observed, masked", HoldMode.Observe, false, With(new UnitFile.Masked("/x"), null), HoldState.Masked, null, "", false },
        { "observed, absent", HoldMode.Observe, false, With(new UnitFile.Absent(), null, OursRuntime), HoldState.Absent, null, "", false },
        { "observed, no longer gated", HoldMode.Observe, false, Present(Held, OursRuntime) with { IsGated = false }, HoldState.Held, null, "", false },

        { "off", HoldMode.Off, false, Present(Idle), HoldState.Free, null, "", false },
        { "off, written before", HoldMode.Off, false, Present(Held, OursRuntime), HoldState.Held, null, Runtime, false },
        { "off, not read", HoldMode.Off, false, Present(Held with { NeedsReload = true }), HoldState.Waiting, null, "", true },
        { "off, held for good by a person", HoldMode.Off, false, Present(Held, OursPersistent), HoldState.Held, null, "", false },
        { "off, foreign at our path", HoldMode.Off, false, Present(Idle, new ExistingFile(Runtime, "[Unit]\n")), HoldState.Free, null, "", false },
        { "off, no bus", HoldMode.Off, false, Present(null, OursRuntime), HoldState.Unknown, null, Runtime, false },
        { "off, masked", HoldMode.Off, false, With(new UnitFile.Masked("/x"), null, OursRuntime), HoldState.Masked, null, Runtime, false },
        { "off, unreadable", HoldMode.Off, false, With(new UnitFile.Unreadable("?"), null, OursRuntime), HoldState.Unknown, null, Runtime, false },
        { "off, somebody else's condition", HoldMode.Off, false, Present(Held, new ExistingFile(Clearing, HoldFile.Content[10..])), HoldState.Held, null, "", false },

        { "released", HoldMode.Release, false, Present(Held, OursPersistent, OursRuntime), HoldState.Held, null, Persistent + " " + Runtime, false },
        { "released, not read", HoldMode.Release, true, Present(Held with { NeedsReload = true }), HoldState.Waiting, null, "", true },
        { "released, gone", HoldMode.Release, false, With(new UnitFile.Absent(), null, OursPersistent), HoldState.Absent, null, Persistent, false },
        { "released, not gated", HoldMode.Release, false, Present(Held, OursPersistent) with { IsGated = false }, HoldState.Held, null, Persistent, false },
        { "released, foreign stays", HoldMode.Release, false, Present(Idle, new ExistingFile(Persistent, "[Unit]\n")), HoldState.Free, null, "", false },
        { "released, runs", HoldMode.Release, false, Present(Held with { ActiveState = "active" }, OursRuntime), HoldState.Running, null, Runtime, false },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    [Trait("Invariant", "11")]
    public void Each_unit_has_one_state_and_what_is_to_be_done(
        string name, HoldMode mode, bool persistent, ObservedUnit unit, HoldState state, string? written, string removed, bool reload)
    {
        HoldPlan plan = Plan(mode, unit, persistent);

        HoldVerdict verdict = plan.Verdicts.ShouldHaveSingleItem(name);
        verdict.State.ShouldBe(state, name);
        verdict.Reason.ShouldNotBeNullOrWhiteSpace(name);
        plan.Writes.Select(static write => write.Path).SingleOrDefault().ShouldBe(written, name);
        string.Join(' ', plan.Removals.Select(static removal => removal.Path).Order(StringComparer.Ordinal)).ShouldBe(removed, name);
        plan.Reload.ShouldBe(reload, name);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void What_systemd_does_not_confirm_is_never_called_held_or_free()
    {
        foreach (HoldMode mode in Enum.GetValues<HoldMode>())
        {
            foreach (ExistingFile[] files in new ExistingFile[][] { [], [OursRuntime], [OursPersistent] })
                Plan(mode, Present(null, files)).Verdicts[0].State.ShouldBe(HoldState.Unknown);
        }
    }

    [Fact]
    public void A_drop_in_that_clears_conditions_is_named()
    {
        HoldPlan plan = Plan(HoldMode.Hold, Present(Read, OursRuntime, new ExistingFile(Clearing, "[Unit]\nConditionPathExists =\n")));

        plan.Verdicts[0].Reason.ShouldContain(Clearing);
    }

    [Theory]
    [InlineData("ConditionPathExists=", true)]
    [InlineData("  ConditionVirtualization =  ", true)]
    [InlineData("ConditionPathExists=/x", false)]
    [InlineData("# ConditionPathExists=", false)]
    [InlineData("AssertPathExists=", false)]
    [InlineData("Condition", false)]
    public void An_empty_condition_clears_all(string line, bool clears) =>
        HoldFile.ClearsConditions("[Unit]\n" + line + "\nAfter=x\n").ShouldBe(clears);
}
