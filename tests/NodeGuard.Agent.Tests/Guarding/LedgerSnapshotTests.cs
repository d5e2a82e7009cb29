using NodeGuard.Agent.Guarding;
using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Guarding;

[Trait("Needs", "root")]
public sealed class LedgerSnapshotTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TestNamespace _namespace = new();
    private readonly GuardThread _guard;
    private readonly LedgerSnapshot _snapshot = new();

    public LedgerSnapshotTests() => _guard = _namespace.Inside(
        () => new GuardThread(new GuardThreadOptions(), new NetlinkAuthors("/proc"), FlightMark.Open(Path.GetTempFileName())));

    [Fact]
    public async Task ItHoldsWhatTheLedgerHoldsAndMakesRoomAsThatGrows()
    {
        await StartAsync(rules: 10);
        await TakeAsync();
        Rules().ShouldBe(10);

        _namespace.IpBatch(RuleLines(10, 300));
        await _guard.ReadKernelAsync(CancellationToken.None).WaitAsync(Patience);
        await TakeAsync();

        Rules().ShouldBe(310);
        _snapshot.Version.ShouldBe(_guard.Guard.Ledger.Version);
    }

    [Fact]
    public async Task ItLetsGoOfTheEntries()
    {
        await StartAsync(rules: 10);
        await TakeAsync();

        _snapshot.Clear();

        _snapshot.Entries.IsEmpty.ShouldBeTrue();
    }

    /// <summary>What is overwritten later is copied; the rest is read from the entry.</summary>
    [Fact]
    public async Task WhatHasALifetimeIsCopiedWithWhatIsLeftOfIt()
    {
        _namespace.Ip("addr", "add", "192.0.2.9/32", "dev", "eth0", "valid_lft", "600", "preferred_lft", "600");
        await StartAsync(rules: 1);

        await TakeAsync();

        foreach (EntrySnapshot entry in _snapshot.Entries)
        {
            (entry.Aged is not null).ShouldBe(entry.Entry.Facts.Expires);
            entry.CopyRequest().Length.ShouldBe(entry.Entry.Request.Length);
        }

        _snapshot.Entries.ToArray().Count(entry => entry.Aged is not null).ShouldBe(1);
    }

    /// <summary>The question itself is some hundred bytes; copies of 500 objects were 88,000, and text of them more.</summary>
    [Fact]
    public async Task TheGuardsThreadAllocatesNextToNothingForIt()
    {
        await StartAsync(rules: 500);
        await TakeAsync();
        long before = await AllocatedAsync();

        await TakeAsync();

        Rules().ShouldBe(500);
        (await AllocatedAsync() - before).ShouldBeLessThan(4096);
    }

    public void Dispose()
    {
        _guard.Dispose();
        _namespace.Dispose();
    }

    private static IEnumerable<string> RuleLines(int first, int count) =>
        Enumerable.Range(first, count).Select(i => $"rule add from 10.{i >> 8}.{i & 255}.0/24 lookup 1000 priority {1000 + i}");

    private async Task StartAsync(int rules)
    {
        _namespace.IpBatch(RuleLines(0, rules));
        _guard.Start();
        await _guard.Started.WaitAsync(Patience);
    }

    private Task TakeAsync() => _snapshot.TakeAsync(_guard, CancellationToken.None).WaitAsync(Patience);

    private Task<long> AllocatedAsync() =>
        _guard.AskAsync(static _ => GC.GetAllocatedBytesForCurrentThread(), CancellationToken.None).WaitAsync(Patience);

    // Three of each family are there from the beginning, of protocol kernel, and not in the ledger.
    private int Rules() => _snapshot.Entries.ToArray().Count(entry => entry.Entry.Key.Kind == ObjectKind.Rule);
}
