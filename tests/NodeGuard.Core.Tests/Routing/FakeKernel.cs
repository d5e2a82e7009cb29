using System.Buffers.Binary;
using NodeGuard.Core.Routing;

namespace NodeGuard.Core.Tests.Routing;

/// <summary>A routing object of the model: content is what tells two objects under one key apart.</summary>
internal sealed record ModelObject(ObjectKey Key, byte Content, uint NexthopId = 0, uint PreferredSource = 0)
{
    public static ModelObject Rule(uint priority, byte content) =>
        new(new ObjectKey(ObjectKind.Rule, 2, 0, 0, 0, 0, priority, 0, 0), content);

    public static ModelObject Address(uint address, byte prefixLength = 32) =>
        new(new ObjectKey(ObjectKind.Address, 2, prefixLength, 0, 0, 2, 0, address, address), 0);

    public static ModelObject Address6(uint address) =>
        new(new ObjectKey(ObjectKind.Address, 10, 128, 0, 0, 2, 0, address, address), 0);

    public static ModelObject Nexthop(uint id) =>
        new(new ObjectKey(ObjectKind.Nexthop, 0, 0, 0, 0, id, 0, 0, 0), 0);

    public static ModelObject Route(uint destination, uint nexthopId = 0, uint preferredSource = 0) =>
        new(new ObjectKey(ObjectKind.Route, 2, 24, 0, 0, 254, 0, destination, 0), 0, nexthopId, preferredSource);

    /// <summary>One hop of an IPv6 route; hops of several contents make it multipath.</summary>
    public static ModelObject Hop6(uint destination, byte content, uint preferredSource = 0) =>
        new(new ObjectKey(ObjectKind.Route, 10, 48, 0, 0, 254, 1024, destination, 0), content, 0, preferredSource);

    public byte[] Bytes()
    {
        var bytes = new byte[32];
        bytes[0] = (byte)Key.Kind;
        bytes[1] = Content;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Key.Index);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Key.Priority);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), (uint)Key.Destination.Low);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), NexthopId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), PreferredSource);
        return bytes;
    }

    public ObservedObject Observe(bool secondary = false)
    {
        byte[] bytes = Bytes();
        return new ObservedObject
        {
            Key = Key,
            Facts = new ObjectFacts
            {
                Protocol = 4,
                NexthopId = NexthopId,
                PreferredSource = PreferredSource,
                LinkIndex = 2,
                Secondary = secondary,
                Stage = Key.Kind switch
                {
                    ObjectKind.Address => RestoreStage.Address,
                    ObjectKind.Nexthop => RestoreStage.Nexthop,
                    ObjectKind.Rule => RestoreStage.Rule,
                    _ => NexthopId != 0 ? RestoreStage.GatewayedRoute : RestoreStage.ConnectedRoute,
                },
            },
            Request = bytes,
            Identity = bytes,
        };
    }
}

internal readonly record struct Notification(bool Created, ModelObject Object, Deleter By, bool Secondary);

/// <summary>
/// The part of the kernel's behaviour that the guard relies on: ordered notifications with their author, silent loss of
/// what hangs on an address or nexthop, refusal of what cannot stand yet.
/// </summary>
internal sealed class FakeKernel
{
    public const int EEXIST = 17;
    public const int ENETUNREACH = 101;

    private readonly List<ModelObject> _live = [];

    public Queue<Notification> Notifications { get; } = new();

    public IReadOnlyList<ModelObject> Live => _live;

    public int Add(ModelObject added, Deleter by) => _live.Exists(o => IsSame(o, added)) ? EEXIST : Append(added, by);

    /// <summary>Behind its equals, also behind itself.</summary>
    public int Append(ModelObject added, Deleter by)
    {
        if (!Stands(added))
        {
            return ENETUNREACH;
        }

        _live.Add(added);
        Tell(true, added, by);
        return 0;
    }

    public int Replace(ModelObject added, Deleter by)
    {
        int at = _live.FindIndex(o => IsSame(o, added));
        if (at < 0 || !Stands(added))
        {
            return at < 0 ? Add(added, by) : ENETUNREACH;
        }

        _live[at] = added;
        Tell(true, added, by);
        return 0;
    }

    public bool IsSecondary(ModelObject address) =>
        address.Key is { Kind: ObjectKind.Address, Family: 2, PrefixLength: < 32 }
        && _live.TakeWhile(o => o != address).Any(o => IsOfPrefix(o, address));

    public bool Delete(ModelObject deleted, Deleter by)
    {
        int at = _live.FindIndex(o => IsSame(o, deleted));
        if (at < 0)
        {
            return false;
        }

        bool secondary = IsSecondary(deleted);
        deleted = _live[at];
        _live.RemoveAt(at);
        Notifications.Enqueue(new(false, deleted, IsUntold(deleted) ? Deleter.Kernel : by, secondary));
        if (!secondary && _live.Find(o => IsOfPrefix(o, deleted)) is { } promoted)
        {
            Tell(true, promoted, by);
        }

        LoseWhatHangsOn(deleted);
        return true;
    }

    private void LoseWhatHangsOn(ModelObject deleted)
    {
        bool address = deleted.Key.Kind == ObjectKind.Address;
        bool OnIt(ModelObject o) => address && o.PreferredSource != 0 && o.PreferredSource == deleted.Key.Destination;
        _live.RemoveAll(o => (deleted.Key.Kind == ObjectKind.Nexthop && o.NexthopId == deleted.Key.Index)
            || (o.Key.Family == 2 && OnIt(o)));
        for (int i = 0; i < _live.Count; i++)
        {
            // IPv6 routes go on without their source, silently.
            _live[i] = OnIt(_live[i]) ? _live[i] with { PreferredSource = 0 } : _live[i];
        }
    }

    private void Tell(bool created, ModelObject told, Deleter by) =>
        Notifications.Enqueue(new(created, told, IsUntold(told) ? Deleter.Kernel : by, IsSecondary(told)));

    private static bool IsUntold(ModelObject o) => o.Key is { Kind: ObjectKind.Address, Family: 10 };

    /// <summary>The kernel compares the hops of IPv6 routes without their source.</summary>
    private static bool IsSame(ModelObject left, ModelObject right) =>
        left == right || (left.Key == right.Key
            && (left.Key.Kind == ObjectKind.Nexthop || (left.Key.Family == 10 && left.Content == right.Content)));

    private static bool IsOfPrefix(ModelObject left, ModelObject right) =>
        left.Key is { Kind: ObjectKind.Address, Family: 2, PrefixLength: < 32 } && left.Key.PrefixLength == right.Key.PrefixLength
        && left.Key.Kind == right.Key.Kind
        && left.Key.Destination.ShiftRight(32 - left.Key.PrefixLength) == right.Key.Destination.ShiftRight(32 - left.Key.PrefixLength);

    private bool Stands(ModelObject added) =>
        (added.NexthopId == 0 || _live.Any(o => o.Key.Kind == ObjectKind.Nexthop && o.Key.Index == added.NexthopId))
            && (added.PreferredSource == 0
                || _live.Any(o => o.Key.Kind == ObjectKind.Address && o.Key.Destination == added.PreferredSource));
}
