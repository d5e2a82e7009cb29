using NodeGuard.Agent.Updates;
using NodeGuard.Core.Updates;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Updates;

/// <summary>The fleet's wish that updates be held, across restarts of the agent.</summary>
public sealed class FleetHoldTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-fleet-hold-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    [Trait("Invariant", "9")]
    public void A_wish_outlives_the_agent_until_it_was_undone()
    {
        New().State.ShouldBe(FleetHoldState.None);
        New().Set(FleetHoldState.Hold).ShouldBeNull();
        New().State.ShouldBe(FleetHoldState.Hold);
        New().Set(FleetHoldState.LetGo).ShouldBeNull();
        New().State.ShouldBe(FleetHoldState.LetGo);
        New().Set(FleetHoldState.None).ShouldBeNull();
        New().State.ShouldBe(FleetHoldState.None);
        Directory.GetFiles(_directory).ShouldBeEmpty();
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("")]
    [InlineData("let")]
    [InlineData("\0\0\0")]
    public void A_torn_file_counts_as_held(string content)
    {
        File.WriteAllText(Path.Combine(_directory, "fleet-hold"), content);
        New().State.ShouldBe(FleetHoldState.Hold);
    }

    [Fact]
    public void What_cannot_be_written_counts_until_the_agent_ends()
    {
        string file = Path.Combine(_directory, "no-directory");
        File.WriteAllText(file, "");
        var hold = new FleetHold(file);
        hold.Set(FleetHoldState.Hold).ShouldNotBeNull().ShouldContain("fleet-hold cannot be written");
        hold.State.ShouldBe(FleetHoldState.Hold);
    }

    [Theory]
    [InlineData(FleetHoldState.None, true, FleetHoldState.Hold)]
    [InlineData(FleetHoldState.None, false, FleetHoldState.None)]
    [InlineData(FleetHoldState.Hold, true, FleetHoldState.Hold)]
    [InlineData(FleetHoldState.Hold, false, FleetHoldState.LetGo)]
    [InlineData(FleetHoldState.LetGo, true, FleetHoldState.Hold)]
    [InlineData(FleetHoldState.LetGo, false, FleetHoldState.LetGo)]
    public void Only_what_was_held_has_to_be_let_go(FleetHoldState state, bool held, FleetHoldState after) =>
        FleetHold.After(state, held).ShouldBe(after);

    [Theory]
    [InlineData(HoldMode.Observe, FleetHoldState.Hold, HoldMode.Hold)]
    [InlineData(HoldMode.Observe, FleetHoldState.LetGo, HoldMode.Off)]
    [InlineData(HoldMode.Observe, FleetHoldState.None, HoldMode.Observe)]
    [InlineData(HoldMode.Off, FleetHoldState.Hold, HoldMode.Off)]
    [InlineData(HoldMode.Hold, FleetHoldState.LetGo, HoldMode.Hold)]
    [InlineData(HoldMode.Hold, FleetHoldState.None, HoldMode.Hold)]
    public void Who_says_so_on_the_host_is_obeyed(HoldMode configured, FleetHoldState fleet, HoldMode effective) =>
        FleetHold.Effective(configured, fleet).ShouldBe(effective);

    private FleetHold New() => new(_directory);
}
