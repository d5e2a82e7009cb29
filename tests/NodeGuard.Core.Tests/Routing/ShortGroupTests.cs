using System.Buffers.Binary;
using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing;

/// <summary>A nexthop group that lost a member with a deletion that nobody has read: an overrun took the notification.</summary>
[Trait("Invariant", "2")]
public sealed class ShortGroupTests
{
    private static readonly ModelObject First = ModelObject.Nexthop(11);
    private static readonly ModelObject Second = ModelObject.Nexthop(12);

    private readonly GuardHarness _harness = new();

    public ShortGroupTests()
    {
        _harness.AddAsOwner(First, Second);
        _harness.Guard.OnCreated(Group([11, 12]), Deleter.OtherProcess, replaces: false, null, _harness.Now);
    }

    [Fact]
    public void NetworkdsWordOfAShorterGroupIsDamage_EvenWhereItsDeletionWasLost()
    {
        _harness.Guard.OnCreated(Group([12]), Deleter.Networkd, replaces: true, null, _harness.Now);

        Sent().ShouldBe(["Replace 20"]);
        Members().ShouldBe([11, 12]);
    }

    [Fact]
    public void AReadThatShowsNeitherTheMemberNorItInTheGroup_KeepsTheWholeGroup()
    {
        _harness.AddAsOwner(ModelObject.Rule(200, 1));
        // That much of the flush was read: it explains what is found missing.
        _harness.Guard.OnDeleted(ModelObject.Rule(200, 1).Observe(), Deleter.Networkd, 1, _harness.Now);

        Read(20, Second);

        Members().ShouldBe([11, 12]);
        _harness.Guard.Tick(_harness.Now);
        Sent().ShouldBe(["Exclusive 11", "Replace 20"]);
    }

    [Fact]
    public void AGroupThatIsBeingRestoredIsNotTakenForItsOwners()
    {
        _harness.Guard.OnCreated(Group([12]), Deleter.Networkd, replaces: true, null, _harness.Now);
        Read(20, Second);
        Members().ShouldBe([11, 12]);
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(5, false)]
    [Trait("Invariant", "1")]
    public void AGroupWhoseMembersAreAllThereWasChangedByItsOwner(uint id, bool atOnce)
    {
        _harness.Guard.OnCreated(Group([11, 12], id), Deleter.OtherProcess, replaces: false, null, _harness.Now);
        // Nexthops are dumped by their ids: a group with a lower one than its members comes before them.
        Read(id, atOnce ? [First, Second] : [], atOnce ? [] : [First, Second]);
        if (!atOnce)
        {
            Members(id).ShouldBe([11, 12]);
            _harness.Guard.NeedsRead.ShouldBeTrue();
            Read(id, [], [First, Second]);
        }

        Members(id).ShouldBe([12]);
        Sent().ShouldBeEmpty();
    }

    private void Read(uint group, params ModelObject[] before) => Read(group, before, []);

    private void Read(uint group, ModelObject[] before, ModelObject[] after)
    {
        static Ownership Foreign(in ObservedObject _) => Ownership.Foreign;
        _harness.Guard.BeginRead();
        foreach (ModelObject live in before)
            _harness.Guard.OnRead(live.Observe(), Foreign, null, _harness.Now);
        _harness.Guard.OnRead(Group([12], group), Foreign, null, _harness.Now);
        if (group != 20)
            _harness.Guard.OnRead(Group([11, 12]), Foreign, null, _harness.Now);
        foreach (ModelObject live in after)
            _harness.Guard.OnRead(live.Observe(), Foreign, null, _harness.Now);
        _harness.Guard.EndRead(_harness.Now);
    }

    private string[] Sent() => [.. _harness.Guard.Outbox.Items.ToArray().Where(static request => request is { IsWithdrawn: false, Entry.Key.Kind: ObjectKind.Nexthop }).Select(static request => $"{request.Form} {request.Entry.Key.Index}")];

    private uint[] Members(uint group = 20)
    {
        LedgerEntry entry = _harness.Guard.Ledger.FirstWithKey(Group([11], group).Key).ShouldNotBeNull();
        return [.. _harness.Guard.Ledger.MembersOf(entry).Order()];
    }

    private static ObservedObject Group(uint[] members, uint id = 20)
    {
        ModelObject model = ModelObject.Nexthop(id) with { Content = (byte)members.Length };
        byte[] listed = new byte[8 * members.Length];
        for (int i = 0; i < members.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(listed.AsSpan(8 * i), members[i]);
        ObservedObject observed = model.Observe();
        return observed with { Facts = observed.Facts with { Stage = RestoreStage.NexthopGroup }, GroupMembers = listed };
    }
}
