using NodeGuard.Api.Tests.Drain.Cases;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>The table itself: whole, and the same as its page.</summary>
public sealed class ContractTableTests
{
    [Fact]
    public void Each_difference_has_a_reason_and_each_reason_a_difference()
    {
        EveryCase.All.Where(c => c.Kubectl != c.NodeGuard && c.Because.Count == 0).ShouldBeEmpty();
        EveryCase.All.Where(c => c.Kubectl == c.NodeGuard && c.Because.Count > 0 && c.NodeGuardSays.Count == 0 && !c.HasOwnCheck).ShouldBeEmpty();
    }

    [Fact]
    public void The_table_has_at_least_80_cases_each_with_a_name_of_its_own()
    {
        EveryCase.All.Count.ShouldBeGreaterThanOrEqualTo(80);
        EveryCase.All.Select(c => c.ToString()).ShouldBeUnique();
    }

    [Fact]
    public void The_page_lists_every_case_as_it_is()
    {
        string page = File.ReadAllText(ContractTable.Page());
        int begin = page.IndexOf(ContractTable.Begin, StringComparison.Ordinal);
        begin.ShouldBeGreaterThan(0, "docs/drain.md has no place for the cases");
        string wanted = page[..begin] + ContractTable.Begin + "\n\n" + ContractTable.Text(EveryCase.All);
        if (Environment.GetEnvironmentVariable("NODEGUARD_UPDATE_GOLDEN") == "1")
            File.WriteAllText(ContractTable.Page(), wanted);
        else
            page.ShouldBe(wanted, "docs/drain.md is not what the cases say; NODEGUARD_UPDATE_GOLDEN=1 writes it");
    }
}
