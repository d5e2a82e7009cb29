using FsCheck;
using FsCheck.Fluent;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Reports;
using Xunit;

namespace NodeGuard.Core.Tests.Routing;

/// <summary>Random histories of owners, networkd and the guard's own delays against the model kernel.</summary>
public class RouteGuardProperties
{
    private const int Histories = 4_000;

    private static readonly ModelObject[] Objects =
    [
        ModelObject.Address(0x0A000001),
        ModelObject.Nexthop(7),
        ModelObject.Rule(100, 1),
        ModelObject.Rule(100, 2),
        ModelObject.Rule(200, 1),
        ModelObject.Route(0x0A010000),
        ModelObject.Route(0x0A020000, nexthopId: 7),
        ModelObject.Route(0x0A030000, preferredSource: 0x0A000001),
    ];

    /// <summary>0 owner adds, 1 owner deletes, 2 networkd deletes, 3 the guard reads one, 4 the guard sends, 5 time passes.</summary>
    private static readonly Gen<(int Step, int Object)[]> AnyHistory =
        Gen.Zip(Gen.Choose(0, 5), Gen.Choose(0, Objects.Length - 1)).Select(t => (t.Item1, t.Item2)).ArrayOf();

    private static readonly Arbitrary<(int Step, int Object)[]> Shrinking = Arb.From(
        AnyHistory, history => Enumerable.Range(0, history.Length).Select(i => history.Where((_, j) => j != i).ToArray()));

    [Fact]
    [Trait("Invariant", "1")]
    [Trait("Invariant", "2")]
    public void WhatOwnersWantIsWhatLivesInTheEnd() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Histories).WithEndSize(120),
            Prop.ForAll(Shrinking, history => WantedEqualsLive(history)));

    /// <summary>The status is told by counts that are kept with each change, and not counted anew.</summary>
    [Fact]
    [Trait("Invariant", "11")]
    public void WhatIsCountedIsWhatTheLedgerHolds() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Histories / 4).WithEndSize(120),
            Prop.ForAll(Shrinking, history => CountedEqualsHeld(history)));

    private static bool CountedEqualsHeld((int Step, int Object)[] history)
    {
        var harness = new GuardHarness();
        var wanted = new HashSet<ModelObject>();
        Ledger ledger = harness.Guard.Ledger;
        foreach ((int step, int index) in history)
        {
            Apply(harness, wanted, step, Objects[index]);
            if (step == 1 && ledger.Entries.FirstOrDefault() is { } entry)
            {
                (entry.Pinned, entry.Owner) = (!entry.Pinned, entry.Owner == Ownership.Foreign ? Ownership.Networkd : Ownership.Foreign);
            }

            LedgerEntry[] held = [.. ledger.Entries];
            LedgerTally tally = ledger.Tally;
            if (tally.Foreign != Counted(held, static entry => entry.Owner == Ownership.Foreign)
                || tally.Networkd != Counted(held, static entry => entry.Owner != Ownership.Foreign)
                || tally.Missing != Counted(held, static entry => entry.State is EntryState.Missing or EntryState.Restoring)
                || tally.Pinned != held.Count(static entry => entry.Pinned))
            {
                return false;
            }
        }

        return true;
    }

    private static ObjectCounts Counted(IEnumerable<LedgerEntry> held, Func<LedgerEntry, bool> which) =>
        held.Where(which).Aggregate(ObjectCounts.None, static (counts, entry) => counts.Add(entry.Key.Kind));

    private static bool WantedEqualsLive((int Step, int Object)[] history)
    {
        var harness = new GuardHarness();
        var wanted = new HashSet<ModelObject>();
        foreach ((int step, int index) in history)
        {
            Apply(harness, wanted, step, Objects[index]);
        }

        harness.Settle();
        return wanted.SetEquals(harness.Kernel.Live);
    }

    private static void Apply(GuardHarness harness, HashSet<ModelObject> wanted, int step, ModelObject target)
    {
        switch (step)
        {
            case 0 when Stands(target, wanted) && harness.Kernel.Add(target, Deleter.OtherProcess) == 0:
                // An addition that meets our copy of what its owner has just deleted fails unseen, and the copy is
                // retracted: microseconds that no observer of notifications can tell apart. Such an owner adds again.
                wanted.Add(target);
                break;
            case 1 when harness.Kernel.Delete(target, Deleter.OtherProcess):
                // The owner of an address or nexthop takes what hangs on it along.
                wanted.RemoveWhere(o => o == target
                    || (target.Key.Kind == ObjectKind.Nexthop && o.NexthopId == target.Key.Index)
                    || (target.Key.Kind == ObjectKind.Address && o.PreferredSource == target.Key.Destination));
                break;
            case 2:
                harness.Kernel.Delete(target, Deleter.Networkd);
                break;
            case 3 when harness.Kernel.Notifications.Count > 0:
                harness.ReadOneNotification();
                break;
            case 4:
                harness.Send();
                break;
            case 5:
                harness.Advance(3 * GuardHarness.Millisecond);
                harness.Tick();
                break;
        }
    }

    private static bool Stands(ModelObject target, HashSet<ModelObject> wanted) =>
        (target.NexthopId == 0 || wanted.Any(o => o.Key.Kind == ObjectKind.Nexthop))
        && (target.PreferredSource == 0 || wanted.Any(o => o.Key.Kind == ObjectKind.Address));
}
