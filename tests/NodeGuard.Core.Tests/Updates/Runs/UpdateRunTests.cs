using FsCheck;
using FsCheck.Fluent;
using NodeGuard.Core.Updates.Runs;
using Shouldly;
using Xunit;
using At = NodeGuard.Core.Updates.Runs.UpdateRunPhase;
using On = NodeGuard.Core.Updates.Runs.UpdateRunEvent;

namespace NodeGuard.Core.Tests.Updates.Runs;

/// <summary>Every phase with every event, and which event a look shows.</summary>
public sealed class UpdateRunTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<(At, On), At> Moves = new()
    {
        [(At.Begun, On.Started)] = At.Running,
        [(At.Begun, On.TooLate)] = At.Failed,
        [(At.Begun, On.EndedWell)] = At.Verifying,
        [(At.Begun, On.EndedIll)] = At.Failed,
        [(At.Begun, On.HostWentDown)] = At.Failed,
        [(At.Begun, On.LostSight)] = At.Failed,
        [(At.Running, On.EndedWell)] = At.Verifying,
        [(At.Running, On.EndedIll)] = At.Failed,
        [(At.Running, On.HostWentDown)] = At.Failed,
        [(At.Running, On.LostSight)] = At.Failed,
        [(At.Verifying, On.Well)] = At.Succeeded,
        [(At.Verifying, On.StaysIll)] = At.Failed,
    };

    private static readonly UpdateRun Run = new()
    {
        Id = "a",
        By = "a test",
        Scope = UpdateScope.Security,
        Wanted = [],
        Deadline = Now.AddMinutes(10),
        BootId = "b",
        BegunAt = Now,
        Phase = At.Running,
        PhaseSince = Now,
        Message = "",
        Health = new HostHealth(),
    };

    private static readonly UpdateRunObservation Seen = new() { Now = Now, SameBoot = true };

    private static readonly Gen<UpdateRunObservation> Anything =
        from minutes in Gen.Choose(0, 30)
        from boot in Gen.Elements<bool?>(null, true, false)
        from unit in Gen.Elements(Enum.GetValues<UpdateUnitState>())
        from written in Gen.Elements(true, false)
        from whole in Gen.Elements<bool?>(null, true, false)
        from lacking in Gen.Elements<IReadOnlyList<string>?>(null, [], ["a"])
        from well in Gen.Choose(0, 20)
        select new UpdateRunObservation { Now = Now.AddMinutes(minutes), SameBoot = boot, Unit = unit, HasWritten = written, DpkgIsWhole = whole, Lacking = lacking, WellFor = TimeSpan.FromSeconds(well) };

    public static TheoryData<At, On> Cells()
    {
        var cells = new TheoryData<At, On>();
        foreach (At phase in Enum.GetValues<At>())
        {
            foreach (On happened in Enum.GetValues<On>())
                cells.Add(phase, happened);
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Every_event_in_every_phase_leads_where_its_row_says(At phase, On happened) =>
        UpdateRunTable.Next(phase, happened).ShouldBe(Moves.GetValueOrDefault((phase, happened), phase));

    [Fact]
    [Trait("Invariant", "11")]
    public void Nothing_succeeds_but_what_ended_well_with_dpkg_whole_and_has_lacked_nothing_for_a_while() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(Arb.From(Anything), Arb.From(Gen.Elements(At.Begun, At.Running, At.Verifying)), static (seen, phase) =>
            UpdateRunTable.Next(phase, UpdateRunEvents.Of(Run with { Phase = phase }, seen)) switch
            {
                At.Verifying when phase != At.Verifying => seen is { Unit: UpdateUnitState.Succeeded, DpkgIsWhole: true, SameBoot: true },
                At.Succeeded => phase == At.Verifying && seen.Lacking is { Count: 0 } && seen.WellFor >= UpdateRunEvents.Steady,
                _ => true,
            }));

    [Fact]
    [Trait("Invariant", "11")]
    public void What_could_not_be_read_leads_nowhere() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(Arb.From(Anything), Arb.From(Gen.Elements(At.Begun, At.Running)), static (seen, phase) =>
            UpdateRunEvents.Of(Run with { Phase = phase }, seen with { SameBoot = null }) == On.Waiting
            && UpdateRunEvents.Of(Run with { Phase = phase }, seen with { Unit = UpdateUnitState.Unknown }) == On.Waiting));

    [Theory]
    [InlineData(At.Begun, false, 0, On.Waiting)]
    [InlineData(At.Begun, false, 10, On.TooLate)]
    [InlineData(At.Begun, true, 0, On.LostSight)]
    [InlineData(At.Running, false, 0, On.LostSight)]
    public void A_unit_that_nobody_knows_was_not_started_yet_or_is_lost(At phase, bool written, int minutes, On expected) =>
        UpdateRunEvents.Of(Run with { Phase = phase }, Seen with { Unit = UpdateUnitState.Absent, HasWritten = written, Now = Now.AddMinutes(minutes) }).ShouldBe(expected);

    [Theory]
    [InlineData(UpdateUnitState.Running, null, On.Started)]
    [InlineData(UpdateUnitState.Failed, null, On.EndedIll)]
    [InlineData(UpdateUnitState.Succeeded, true, On.EndedWell)]
    [InlineData(UpdateUnitState.Succeeded, false, On.EndedIll)]
    [InlineData(UpdateUnitState.Succeeded, null, On.Waiting)]
    public void The_tool_has_ended_well_when_dpkg_is_in_the_middle_of_nothing(UpdateUnitState unit, bool? whole, On expected) =>
        UpdateRunEvents.Of(Run, Seen with { Unit = unit, DpkgIsWhole = whole }).ShouldBe(expected);

    [Fact]
    public void A_host_that_went_down_tells_more_than_its_unit() =>
        UpdateRunEvents.Of(Run, Seen with { SameBoot = false, Unit = UpdateUnitState.Absent }).ShouldBe(On.HostWentDown);

    [Theory]
    [InlineData(4, new string[0], 10, On.Well)]
    [InlineData(4, new string[0], 9, On.Waiting)]
    [InlineData(5, new string[0], 9, On.Waiting)]
    [InlineData(5, new string[0], 10, On.Well)]
    [InlineData(4, new[] { "kubelet" }, 0, On.Waiting)]
    [InlineData(5, new[] { "kubelet" }, 0, On.StaysIll)]
    [InlineData(5, null, 0, On.StaysIll)]
    public void A_host_has_five_minutes_to_become_what_it_was_and_to_stay_so(int minutes, string[]? lacking, int wellSeconds, On expected) =>
        UpdateRunEvents.Of(Run with { Phase = At.Verifying }, Seen with { Now = Now.AddMinutes(minutes), Lacking = lacking, WellFor = TimeSpan.FromSeconds(wellSeconds) }).ShouldBe(expected);
}
