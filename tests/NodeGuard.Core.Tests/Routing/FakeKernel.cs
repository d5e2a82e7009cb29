using System.Buffers.Binary;
using NodeGuard.Core.Routing;

namespace NodeGuard.Core.Tests.Routing;

/// <summary>A routing object of the model: content is what tells two objects under one key apart.</summary>
internal sealed record ModelObject(ObjectKey Key, byte Content, uint NexthopId = 0, uint PreferredSource = 0)
{
    public static ModelObject Rule(uint priority, byte content) =>
        new(new ObjectKey(ObjectKind.Rule, 2, 0, 0, 0, 0, priority, 0, 0), content);

    public static ModelObject Address(uint address) =>
        new(new ObjectKey(ObjectKind.Address, 2, 32, 0, 0, 2, 0, address, address), 0);

    public static ModelObject Nexthop(uint id) =>
        new(new ObjectKey(ObjectKind.Nexthop, 0, 0, 0, 0, id, 0, 0, 0), 0);

    public static ModelObject Route(uint destination, uint nexthopId = 0, uint preferredSource = 0) =>
        new(new ObjectKey(ObjectKind.Route, 2, 24, 0, 0, 254, 0, destination, 0), 0, nexthopId, preferredSource);

    public byte[] Bytes()
    {
        var bytes = new byte[32];
        bytes[0] = (byte)Key.Kind;
        bytes[1] = Content;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Key.Index);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Key.Priority);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), (uint)Key.Destination);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), NexthopId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), PreferredSource);
        return bytes;
    }

    public ObservedObject Observe()
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

internal readonly record struct Notification(bool Created, ModelObject Object, Deleter By);

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

    public int Add(ModelObject added, Deleter by)
    {
        if (_live.Contains(added))
        {
            return EEXIST;
        }

        bool stands = (added.NexthopId == 0 || _live.Any(o => o.Key.Kind == ObjectKind.Nexthop && o.Key.Index == added.NexthopId))
            && (added.PreferredSource == 0
                || _live.Any(o => o.Key.Kind == ObjectKind.Address && o.Key.Destination == added.PreferredSource));
        if (!stands)
        {
            return ENETUNREACH;
        }

        _live.Add(added);
        Notifications.Enqueue(new(true, added, by));
        return 0;
    }

    public bool Delete(ModelObject deleted, Deleter by)
    {
        if (!_live.Remove(deleted))
        {
            return false;
        }

        Notifications.Enqueue(new(false, deleted, by));
        _live.RemoveAll(o =>
            (deleted.Key.Kind == ObjectKind.Nexthop && o.NexthopId == deleted.Key.Index)
            || (deleted.Key.Kind == ObjectKind.Address && o.PreferredSource != 0 && o.PreferredSource == deleted.Key.Destination));
        return true;
    }
}
