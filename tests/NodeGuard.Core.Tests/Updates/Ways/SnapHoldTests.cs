using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Ways;

public sealed class SnapHoldTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 7, 6, 0, 0, TimeSpan.Zero);
    private const string Ours = "2026-03-09T06:00:00Z";
    private const string Soon = "2026-03-08T06:00:00Z";
    private const string Month = "2026-04-07T06:00:00Z";
    private const string Past = "2026-03-01T06:00:00.250572252Z";

    /// <summary>Name, mode, refresh.hold, what was before us (- for no note), what we set; state, what snapd is told (- for nothing, null to unset), forgotten.</summary>
    public static TheoryData<string, HoldMode, string?, string?, string, HoldState, string?, bool> Rows => new()
    {
        { "nothing set", HoldMode.Hold, null, "-", "", HoldState.Waiting, Ours, false },
        { "a past hold", HoldMode.Hold, Past, "-", "", HoldState.Waiting, Ours, false },
        { "a shorter hold of a person", HoldMode.Hold, Soon, "-", "", HoldState.Held, Ours, false },
        { "a longer hold of a person", HoldMode.Hold, Month, "-", "", HoldState.Held, "-", false },
        { "for ever", HoldMode.Hold, "forever", "-", "", HoldState.Held, "-", false },
        { "a person's instead of ours", HoldMode.Hold, Month, null, Ours, HoldState.Held, "-", true },
        { "ours", HoldMode.Hold, Ours, null, Ours, HoldState.Held, "-", false },
        { "ours in other words", HoldMode.Hold, "2026-03-09T07:00:00+01:00", null, Ours, HoldState.Held, "-", false },
        { "ours, to be moved on", HoldMode.Hold, Soon, null, Soon, HoldState.Held, Ours, false },
        { "ours, from before the clock was set back", HoldMode.Hold, Month, null, Month, HoldState.Held, Ours, false },
        { "noted, and then we died", HoldMode.Hold, null, null, Ours, HoldState.Waiting, Ours, false },
        { "observed", HoldMode.Observe, null, "-", "", HoldState.WouldHold, "-", false },
        { "observed, a person's", HoldMode.Observe, Soon, "-", "", HoldState.Held, "-", false },
        { "off", HoldMode.Off, Ours, null, Ours, HoldState.Held, null, true },
        { "off, given back", HoldMode.Off, Ours, Soon, Ours, HoldState.Held, Soon, true },
        { "off, never held", HoldMode.Off, null, "-", "", HoldState.Free, "-", false },
        { "off, a person's", HoldMode.Off, Month, "-", "", HoldState.Held, "-", false },
        { "off, a person's since", HoldMode.Off, Month, null, Ours, HoldState.Held, "-", true },
        { "off, unset by a person", HoldMode.Off, null, Soon, Ours, HoldState.Free, "-", true },
        { "released", HoldMode.Release, Ours, Past, Ours, HoldState.Held, Past, true },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void It_is_held_for_two_days_moved_on_and_given_back(
        string name, HoldMode mode, string? hold, string? before, string ours, HoldState state, string? told, bool forgotten)
    {
        SnapNote? note = before == "-" ? null : new SnapNote(before, [ours]);

        SnapPlan plan = SnapHold.Plan(mode, new SnapLook.Known(hold), note, Now);

        plan.Verdict.State.ShouldBe(state, name);
        plan.Setting.ShouldBe(told == "-" ? null : new SnapSetting(told), name);
        plan.Forget.ShouldBe(forgotten, name);
        (plan.Note is not null).ShouldBe(mode is HoldMode.Hold && told != "-", name);
    }

    [Fact]
    public void Without_snapd_there_is_nothing_and_without_its_answer_nothing_is_known_and_nothing_done()
    {
        SnapHold.Plan(HoldMode.Hold, new SnapLook.Absent(), null, Now).Verdict.State.ShouldBe(HoldState.Absent);
        SnapHold.Plan(HoldMode.Off, new SnapLook.Absent(), new SnapNote(null, [Ours]), Now).Forget.ShouldBeTrue();
        SnapHold.Plan(HoldMode.Hold, new SnapLook.Unknown("why"), null, Now).ShouldBe(
            new SnapPlan(new WayVerdict(UpdateWay.Snap, HoldState.Unknown, "why")));
    }

    /// <summary>Days of a host on which people set their own holds, the agent holds, lets go, and dies between any two steps.</summary>
    [Fact]
    [Trait("Invariant", "8")]
    [Trait("Invariant", "9")]
    public void Whatever_happens_what_a_person_set_last_is_there_after_we_let_go()
    {
        var random = new Random(32);
        for (int i = 0; i < FuzzScale.Cases(2000); i++)
        {
            DateTimeOffset now = Now;
            string? person = null, snapd = null;
            SnapNote? note = null;
            for (int step = random.Next(1, 30); step > 0; step--)
            {
                now += TimeSpan.FromMinutes(random.Next(1, 2000));
                if (random.Next(5) == 0)
                {
                    person = random.Next(4) switch { 0 => null, 1 => "forever", _ => $"{now.AddMinutes(random.Next(-3000, 9000)):yyyy-MM-dd'T'HH:mm:ss'.5Z'}" };
                    snapd = person;
                }
                else
                {
                    Run(random.Next(4) == 0 ? HoldMode.Off : HoldMode.Hold, now, dies: random.Next(3), ref snapd, ref note);
                }
            }

            Run(HoldMode.Release, now, dies: 0, ref snapd, ref note);

            snapd.ShouldBe(person, $"history {i}");
            note.ShouldBeNull();
        }
    }

    /// <param name="dies">1: after the note; 2: before the note goes.</param>
    private static void Run(HoldMode mode, DateTimeOffset now, int dies, ref string? snapd, ref SnapNote? note)
    {
        SnapPlan plan = SnapHold.Plan(mode, new SnapLook.Known(snapd), note, now);
        note = plan.Note ?? note;
        if (dies == 1)
            return;
        snapd = plan.Setting is { } setting ? setting.Value : snapd;
        if (plan.Forget && dies != 2)
            note = null;
    }
}
