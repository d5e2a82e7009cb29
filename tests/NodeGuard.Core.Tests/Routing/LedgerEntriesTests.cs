using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing;

public sealed class LedgerEntriesTests
{
    private readonly GuardHarness _harness = new();

    [Fact]
    public void EntriesUnderOneKeyComeInTheirOrder()
    {
        _harness.AddAsOwner(ModelObject.Rule(7, 1), ModelObject.Rule(9, 1), ModelObject.Rule(7, 2), ModelObject.Rule(7, 3));

        ulong[] orders = [.. _harness.Guard.Ledger.Entries.Where(entry => entry.Key.Priority == 7).Select(entry => entry.Order)];

        orders.ShouldBe([0, 2, 3]);
        _harness.Guard.Ledger.Entries.Count().ShouldBe(4);
    }

    [Fact]
    public void TheEntryThatIsShownMayBeRemoved()
    {
        _harness.AddAsOwner([.. Enumerable.Range(1, 50).Select(i => ModelObject.Rule((uint)i, 1))]);
        Ledger ledger = _harness.Guard.Ledger;
        int shown = 0;

        foreach (LedgerEntry entry in ledger.Entries)
        {
            shown++;
            ledger.Remove(entry);
        }

        shown.ShouldBe(50);
        ledger.Entries.ShouldBeEmpty();
    }

    /// <summary>The guard's thread goes through the ledger in the middle of a flush.</summary>
    [Fact]
    public void ToGoThroughAllEntriesAllocatesNothing()
    {
        _harness.AddAsOwner([.. Enumerable.Range(1, 50).Select(i => ModelObject.Rule((uint)i, 1))]);
        int allocating = 0;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            int shown = Count(_harness.Guard.Ledger);
            allocating += round > 0 && GC.GetAllocatedBytesForCurrentThread() > before ? 1 : 0;
            shown.ShouldBe(50);
        }

        // The runtime may allocate something on this thread for itself in one round.
        allocating.ShouldBeLessThanOrEqualTo(1);
    }

    private static int Count(Ledger ledger)
    {
        int count = 0;
        foreach (LedgerEntry _ in ledger.Entries)
        {
            count++;
        }

        return count;
    }
}
