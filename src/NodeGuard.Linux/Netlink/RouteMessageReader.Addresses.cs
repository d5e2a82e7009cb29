using System.Buffers.Binary;
using NodeGuard.Core.Routing;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

public sealed partial class RouteMessageReader
{
    private const int IfaddrmsgLength = 8;
    private const uint Forever = uint.MaxValue;

    // Set by the kernel as time passes or as other addresses come and go. NODAD stays: it is asked for by the creator.
    private const uint PassingFlags =
        IFA_F_SECONDARY | IFA_F_OPTIMISTIC | IFA_F_DADFAILED | IFA_F_DEPRECATED | IFA_F_TENTATIVE;

    private ref struct AddressParts
    {
        public uint Flags;
        public bool HasFlags;
        public AddressNumber Local;
        public AddressNumber Peer;
        public bool HasLocal;
        public byte Protocol;
        public uint Preferred;
        public uint Valid;
        public bool HasLifetimes;
    }

    private bool TryReadAddress(ReadOnlySpan<byte> payload, out ObservedObject observed)
    {
        observed = default;
        if (payload.Length < IfaddrmsgLength)
        {
            return Fail();
        }

        byte family = payload[0];
        if (family is not (AF_INET or AF_INET6))
        {
            return false;
        }

        var parts = new AddressParts { Flags = payload[2], Preferred = Forever, Valid = Forever };
        var builder = new MessageBuilder(_request);
        builder.Header(RTM_NEWADDR, CreateFlags);
        builder.Raw(payload[..IfaddrmsgLength]);
        if (!CopyAddressAttributes(payload[IfaddrmsgLength..], ref builder, ref parts))
        {
            return Fail();
        }

        uint steady = parts.Flags & ~PassingFlags;
        builder.At(NetlinkMessage.HeaderLength)[2] = (byte)steady;
        builder.Attribute(IFA_FLAGS, steady);
        int identityEnd = builder.Length;
        ReadOnlySpan<byte> followUp = default;
        if (family == AF_INET6 && (parts.Flags & (IFA_F_NODAD | IFA_F_DADFAILED)) == 0)
        {
            // The kernel takes the last of two attributes of a type, so the identity before it stays untouched.
            followUp = BuildFollowUp(builder.Written, parts);
            builder.Attribute(IFA_FLAGS, steady | IFA_F_NODAD);
        }

        AppendLifetimes(ref builder, parts);
        if (builder.Overflow)
        {
            return Fail();
        }

        builder.Finish();
        observed = new ObservedObject
        {
            Key = new ObjectKey(
                ObjectKind.Address, family, payload[1], 0, 0, BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]), 0,
                parts.HasLocal ? parts.Local : parts.Peer, parts.Peer),
            Facts = new ObjectFacts
            {
                Protocol = parts.Protocol,
                Stage = RestoreStage.Address,
                KernelMade = IsKernelMade(family, parts),
                Expires = parts.Valid != Forever,
                Secondary = family == AF_INET && (parts.Flags & IFA_F_SECONDARY) != 0,
                LinkIndex = BinaryPrimitives.ReadInt32LittleEndian(payload[4..]),
            },
            Request = builder.Written,
            Identity = Identity(identityEnd),
            FollowUp = followUp,
        };
        return true;
    }

    private static bool CopyAddressAttributes(
        ReadOnlySpan<byte> attributes, scoped ref MessageBuilder builder, scoped ref AddressParts parts)
    {
        var reader = new AttributeReader(attributes);
        while (reader.Next(out NetlinkAttribute attribute))
        {
            switch (attribute.Type)
            {
                case IFA_FLAGS:
                    // Our own requests carry two, of which the first is the object's own.
                    parts.Flags = parts.HasFlags ? parts.Flags : attribute.UInt32;
                    parts.HasFlags = true;
                    continue;
                case IFA_CACHEINFO when attribute.Value.Length >= 8:
                    parts.HasLifetimes = true;
                    parts.Preferred = attribute.UInt32;
                    parts.Valid = BinaryPrimitives.ReadUInt32LittleEndian(attribute.Value[4..]);
                    continue;
                case IFA_TARGET_NETNSID:
                    continue;
                case IFA_ADDRESS:
                    parts.Peer = attribute.Address;
                    break;
                case IFA_LOCAL:
                    parts.HasLocal = true;
                    parts.Local = attribute.Address;
                    break;
                case IFA_PROTO when attribute.Value.Length == 1:
                    parts.Protocol = attribute.Value[0];
                    break;
            }

            builder.Copy(attribute);
        }

        return !reader.Malformed;
    }

    private static void AppendLifetimes(scoped ref MessageBuilder builder, scoped in AddressParts parts)
    {
        if (!parts.HasLifetimes)
        {
            return;
        }

        // struct ifa_cacheinfo: preferred, valid, and two time stamps that are the kernel's to set.
        Span<byte> lifetimes = stackalloc byte[16];
        lifetimes.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(lifetimes, parts.Preferred);
        BinaryPrimitives.WriteUInt32LittleEndian(lifetimes[4..], parts.Valid);
        builder.Attribute(IFA_CACHEINFO, lifetimes);
    }

    private ReadOnlySpan<byte> BuildFollowUp(ReadOnlySpan<byte> withOwnFlags, scoped in AddressParts parts)
    {
        var builder = new MessageBuilder(_second);
        builder.Header(RTM_NEWADDR, NLM_F_REQUEST | NLM_F_ACK | NLM_F_REPLACE);
        builder.Raw(withOwnFlags[NetlinkMessage.HeaderLength..]);
        AppendLifetimes(ref builder, parts);
        if (builder.Overflow)
        {
            return default;
        }

        builder.Finish();
        return builder.Written;
    }

    private static bool IsKernelMade(byte family, scoped in AddressParts parts)
    {
        AddressNumber address = parts.HasLocal ? parts.Local : parts.Peer;
        if (parts.Protocol is > 0 and <= IFAPROT_KERNEL_LL)
        {
            return true;
        }

        // 127.0.0.1 comes with loopback, and kernels tell no protocol for it; its neighbours are somebody's.
        return family == AF_INET
            ? address == 0x7F000001
            : address == 1 || address.ShiftRight(118) == 0x3FA || (parts.Flags & IFA_F_SECONDARY) != 0;
    }
}
