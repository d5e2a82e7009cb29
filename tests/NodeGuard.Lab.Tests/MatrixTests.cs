using NodeGuard.Lab.Tests.Lab;
using Xunit;

namespace NodeGuard.Lab.Tests;

/// <summary>Every kind of object, each version of systemd, with and without prevention.</summary>
[Trait("Needs", "root")]
[Trait("Invariant", "2")]
[Trait("Invariant", "3")]
public sealed class MatrixTests
{
    public static TheoryData<string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string>();
            foreach (LabSuite suite in LabSuite.Selected)
            {
                cells.Add(suite.Name, "off");
                cells.Add(suite.Name, "runtime");
            }

            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Every_kind_of_foreign_object_is_the_same_after_a_restart_of_networkd(string suite, string harden)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite), new AgentSetup { Harden = harden });
        NetnsSnapshot before = await guarded.SeedAsync(ForeignObjects.All);

        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(before);
    }

    [Theory]
    [MemberData(nameof(Flushing), MemberType = typeof(MatrixTests))]
    public async Task Objects_that_were_there_before_the_agent_are_guarded_too(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        await guarded.StopAgentAsync();
        await ForeignObjects.SeedAsync(guarded.Container);
        await guarded.StartAgentAsync();
        NetnsSnapshot before = await guarded.LearnedAsync();

        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(before);
    }

    public static TheoryData<string> Flushing => Suites.Flushing;
}
