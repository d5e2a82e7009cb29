using System.Text.Json;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Lab.Tests;

/// <summary>`nodeguard drill flush` on a host of its own: the restart of networkd is a real one.</summary>
[Trait("Needs", "root")]
public sealed class DrillTests(ITestOutputHelper output)
{
    public static TheoryData<string> Flushing => Suites.Flushing;

    [Theory]
    [MemberData(nameof(Flushing))]
    [Trait("Invariant", "2")]
    public async Task A_drill_flushes_for_real_and_says_that_everything_is_there_again(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync();

        CommandResult drill = await guarded.TryCliAsync("drill", "flush", "--yes", "-o", "json");

        output.WriteLine($"{drill.Output}\n{drill.Error}");
        drill.ExitCode.ShouldBe(0);
        JsonElement report = JsonSerializer.Deserialize<JsonElement>(drill.Output);
        report.GetProperty("settled").GetBoolean().ShouldBeTrue();
        report.GetProperty("missing").GetArrayLength().ShouldBe(0);
        report.GetProperty("episode").GetProperty("lost").GetProperty("total").GetInt32().ShouldBeGreaterThan(20);
        await guarded.ShouldBeWholeAsync(before);
    }
}
