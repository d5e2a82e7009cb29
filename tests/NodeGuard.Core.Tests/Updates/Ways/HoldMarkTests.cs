using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Ways;

public sealed class HoldMarkTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 7, 6, 0, 0, TimeSpan.Zero);
    private static readonly string Wanted = HoldMark.Content("by a test");

    /// <summary>Name, mode, content, age in minutes, what is to be done, whether it counts.</summary>
    public static TheoryData<string, HoldMode, string?, int?, MarkStep, bool> Rows => new()
    {
        { "none", HoldMode.Hold, null, null, MarkStep.Write, false },
        { "fresh", HoldMode.Hold, "wanted", 5, MarkStep.Leave, true },
        { "to be renewed", HoldMode.Hold, "wanted", 60, MarkStep.Write, true },
        { "a day old", HoldMode.Hold, "wanted", 24 * 60, MarkStep.Write, false },
        { "by another holder", HoldMode.Hold, "another's", 5, MarkStep.Write, true },
        { "unreadable", HoldMode.Hold, null, 5, MarkStep.Write, true },
        { "from the future", HoldMode.Hold, "wanted", -120, MarkStep.Write, true },
        { "observed, none", HoldMode.Observe, null, null, MarkStep.Leave, false },
        { "observed, there", HoldMode.Observe, "wanted", 5, MarkStep.Leave, true },
        { "off", HoldMode.Off, "wanted", 5, MarkStep.Remove, true },
        { "off, none", HoldMode.Off, null, null, MarkStep.Leave, false },
        { "released", HoldMode.Release, "wanted", 5, MarkStep.Remove, true },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void It_is_kept_fresh_while_held_and_counts_for_a_day(string name, HoldMode mode, string? content, int? minutes, MarkStep step, bool stands)
    {
        ExistingMark? there = minutes is { } age ? new ExistingMark(content == "wanted" ? Wanted : content, Now.AddMinutes(-age)) : null;

        HoldMark.Plan(mode, Wanted, there, Now).ShouldBe(step, name);
        HoldMark.Stands(there, Now).ShouldBe(stands, name);
    }

    [Fact]
    public void Whom_apt_refuses_reads_who_holds_and_what_to_do_in_two_lines()
    {
        string[] lines = Wanted.TrimEnd('\n').Split('\n');

        lines.Length.ShouldBe(2);
        lines[0].ShouldContain("(by a test)");
        lines[1].ShouldContain("nodeguard updates release");
        lines[1].ShouldContain("rm /run/nodeguard/updates-held");
    }
}
