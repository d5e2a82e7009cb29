using NodeGuard.Core.Files;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Ways;

public sealed class AptGateTests
{
    private static readonly ExistingFile Ours = new(AptGate.Path, AptGate.Content);
    private static readonly ExistingFile Older = new(AptGate.Path, OwnFile.Marker + ".\n");
    private static readonly ExistingFile Foreign = new(AptGate.Path, "DPkg::Pre-Invoke { \"true\"; };\n");
    private static readonly ExistingFile Unreadable = new(AptGate.Path, null);

    /// <summary>Name, mode, wished, apt there, file, mark, state, written, removed.</summary>
    public static TheoryData<string, HoldMode, bool, bool, ExistingFile?, bool, HoldState, bool, bool> Rows => new()
    {
        { "no apt", HoldMode.Hold, true, false, null, true, HoldState.Absent, false, false },
        { "new", HoldMode.Hold, true, true, null, true, HoldState.Waiting, true, false },
        { "shut", HoldMode.Hold, true, true, Ours, true, HoldState.Held, false, false },
        { "without the mark it is open", HoldMode.Hold, true, true, Ours, false, HoldState.Waiting, false, false },
        { "older text", HoldMode.Hold, true, true, Older, true, HoldState.Waiting, true, false },
        { "somebody else's", HoldMode.Hold, true, true, Foreign, true, HoldState.ForeignDropIn, false, false },
        { "unreadable", HoldMode.Hold, true, true, Unreadable, true, HoldState.ForeignDropIn, false, false },
        { "not configured", HoldMode.Hold, false, true, null, true, HoldState.Free, false, false },
        { "not configured any more", HoldMode.Hold, false, true, Ours, true, HoldState.Free, false, true },
        { "not configured, somebody else's", HoldMode.Hold, false, true, Foreign, true, HoldState.Free, false, false },
        { "observed", HoldMode.Observe, true, true, null, false, HoldState.WouldHold, false, false },
        { "observed, not configured", HoldMode.Observe, false, true, null, false, HoldState.Free, false, false },
        { "observed, shut by hand", HoldMode.Observe, false, true, Ours, true, HoldState.Held, false, false },
        { "observed, left over", HoldMode.Observe, true, true, Ours, false, HoldState.WouldHold, false, false },
        { "off", HoldMode.Off, true, true, Ours, false, HoldState.Free, false, true },
        { "off, nothing there", HoldMode.Off, true, true, null, false, HoldState.Free, false, false },
        { "off, somebody else's", HoldMode.Off, true, true, Foreign, false, HoldState.Free, false, false },
        { "off, unreadable", HoldMode.Off, true, true, Unreadable, false, HoldState.Unknown, false, false },
        { "released", HoldMode.Release, false, true, Ours, true, HoldState.Free, false, true },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void It_is_shut_while_held_and_wished_and_gone_otherwise(
        string name, HoldMode mode, bool wished, bool installed, ExistingFile? file, bool mark, HoldState state, bool written, bool removed)
    {
        WayStep step = AptGate.Plan(mode, wished, new AptGateInput(installed, file, mark));

        step.Verdict.State.ShouldBe(state, name);
        (step.Write is not null).ShouldBe(written, name);
        (step.Removal is not null).ShouldBe(removed, name);
        step.Verdict.Reason.ShouldNotBeEmpty();
    }

    [Fact]
    public void The_file_is_known_as_ours_and_apt_can_read_it()
    {
        OwnFile.IsOurs(AptGate.Content).ShouldBeTrue();
        string command = AptGate.Content.Split('\n')[2];
        command.ShouldStartWith("DPkg::Pre-Invoke { \"[ -z $(find /run/nodeguard/updates-held -mmin -1440 ");
        command.ShouldContain("[ -e /run/nodeguard/update-permit ]");
        command.ShouldContain("[ ${NODEGUARD_UPDATE:-none} != none ]");
        // apt's words end at a quotation mark, whatever stands before it.
        command.Count(static c => c == '"').ShouldBe(2);
    }
}
