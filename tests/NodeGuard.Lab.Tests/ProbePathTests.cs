using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;

namespace NodeGuard.Lab.Tests;

/// <summary>What the flush benchmark's probes depend on, asked of the kernel: where a path needed less, no probe lost would prove nothing.</summary>
[Trait("Needs", "root")]
public sealed class ProbePathTests
{
    public static TheoryData<string> Flushing => Suites.Flushing;

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task A_flush_cuts_the_rule_path_by_its_rule_alone_and_the_gateway_path_by_its_rule_and_its_route(string suite)
    {
        await using LabContainer container = await LabContainer.BootAsync(LabSuite.Named(suite));
        await ProbePath.AddLinkAsync(container);
        await ProbePath.AddEndsAsync(container);
        await EachAsync(path => container.IpBatchAsync("-4", [$"route add {path.Route}"]));
        await EachAsync(async path => (await LeadsAsync(container, path)).ShouldBeFalse($"{path.Target} without its rule"));
        await AddRulesAsync(container);
        await EachAsync(async path => (await LeadsAsync(container, path)).ShouldBeTrue($"{path.Target} before the flush"));

        await container.RestartNetworkdAsync();
        await EachAsync(async path => (await LeadsAsync(container, path)).ShouldBeFalse($"{path.Target} after the flush"));
        await AddRulesAsync(container);

        (await LeadsAsync(container, ProbePath.RulePath)).ShouldBeTrue("the rule alone was to mend the rule path");
        (await LeadsAsync(container, ProbePath.GatewayPath)).ShouldBeFalse("the rule alone was not to mend the gateway path");
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Networkd_does_not_manage_the_link_of_the_rule_path(string suite)
    {
        await using LabContainer container = await LabContainer.BootAsync(LabSuite.Named(suite));
        await ProbePath.AddLinkAsync(container);

        await container.RestartNetworkdAsync();

        string links = await container.ExecAsync("networkctl", "--no-legend", "--no-pager", "list");
        links.Split('\n').ShouldContain(line => line.Contains(" pod0 ", StringComparison.Ordinal) && line.TrimEnd().EndsWith("unmanaged", StringComparison.Ordinal), links);
    }

    private static Task AddRulesAsync(LabContainer container) =>
        container.IpBatchAsync("-4", ProbePath.All.Select(path => $"rule add {path.Rule}"));

    /// <summary>Whether the kernel finds a way for a probe; throws when it finds another than by the path's own table.</summary>
    private static async Task<bool> LeadsAsync(LabContainer container, ProbePath path)
    {
        CommandResult found = await container.TryIpAsync("route", "get", path.Target, "from", path.Source);
        if (found.ExitCode != 0)
        {
            found.Error.ShouldContain("Network is unreachable");
            return false;
        }

        string table = path.Route[path.Route.IndexOf("table", StringComparison.Ordinal)..];
        found.Output.ShouldContain($" {table} ", customMessage: $"{path.Target} was to be reached by its own table");
        return true;
    }

    private static async Task EachAsync(Func<ProbePath, Task> act)
    {
        foreach (ProbePath path in ProbePath.All)
        {
            await act(path);
        }
    }
}
