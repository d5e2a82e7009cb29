using System.Collections.Concurrent;
using System.Globalization;
using NodeGuard.Api.Tests.Drain.Cases;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>
/// `nodeguard drain` beside the real `kubectl drain`, on one server, in like set-ups: what each leaves, and where they
/// differ, that it is meant. NODEGUARD_DRAIN_CASES runs only the cases whose name has that text.
/// </summary>
[Collection(ClusterTests.Name)]
public sealed class DrainContractTests(ClusterFixture cluster, ITestOutputHelper log)
{
    [Fact]
    public async Task Each_case_ends_as_the_table_says_with_both_programs()
    {
        string only = Environment.GetEnvironmentVariable("NODEGUARD_DRAIN_CASES") ?? "";
        DrainCase[] cases = [.. EveryCase.All.Where(c => c.ToString().Contains(only, StringComparison.Ordinal))];
        cases.ShouldNotBeEmpty();
        await using var programs = new SideBySide(cluster);
        await programs.StartAsync();
        var wrong = new ConcurrentBag<string>();
        await Task.WhenAll(cases.Select(async drainCase =>
        {
            try
            {
                (Ran kubectl, Ran nodeguard) = await programs.RunAsync(drainCase);
                foreach (string problem in Problems(drainCase, kubectl, nodeguard))
                    wrong.Add($"{drainCase}: {problem}");
            }
            catch (Exception e) when (e is InvalidOperationException or TimeoutException or HttpRequestException)
            {
                wrong.Add($"{drainCase}: {e.Message}");
            }
        }));
        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cases.Length} cases, {cases.Count(c => c.Because.Count > 0)} of them differ on purpose"));
        wrong.ShouldBeEmpty(string.Join("\n", wrong.Order()));
    }

    private static IEnumerable<string> Problems(DrainCase wanted, Ran kubectl, Ran nodeguard)
    {
        if (kubectl.Outcome != wanted.Kubectl)
            yield return $"kubectl: wanted \"{wanted.Kubectl}\", found \"{kubectl.Outcome}\":\n{kubectl.Output}";
        if (nodeguard.Outcome != wanted.NodeGuard)
            yield return $"nodeguard: wanted \"{wanted.NodeGuard}\", found \"{nodeguard.Outcome}\":\n{nodeguard.Output}";
        foreach (string text in wanted.NodeGuardSays.Where(t => !nodeguard.Output.Contains(t, StringComparison.Ordinal)))
            yield return $"nodeguard does not say \"{text}\":\n{nodeguard.Output}";
        foreach (string text in wanted.KubectlIsSilent.Where(t => kubectl.Output.Contains(t, StringComparison.Ordinal)))
            yield return $"kubectl does say \"{text}\":\n{kubectl.Output}";
        if (wanted.NodeGuardAlso?.Invoke(nodeguard) is { } problem)
            yield return $"nodeguard: {problem}: {string.Join(" ", nodeguard.Evicted)}";
    }
}
