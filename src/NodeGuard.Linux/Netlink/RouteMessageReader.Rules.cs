using System.Buffers.Binary;
using NodeGuard.Core.Routing;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

public sealed partial class RouteMessageReader
{
    private const int FibRuleHdrLength = 12;

    private bool TryReadRule(ReadOnlySpan<byte> payload, out ObservedObject observed)
    {
        observed = default;
        if (payload.Length < FibRuleHdrLength)
        {
            return Fail();
        }

        byte family = payload[0];
        if (family is not (AF_INET or AF_INET6))
        {
            return false;
        }

        uint priority = 0;
        bool hasPriority = false;
        byte protocol = 0;
        ReadOnlySpan<byte> input = default;
        ReadOnlySpan<byte> output = default;
        var builder = new MessageBuilder(_request);
        builder.Header(RTM_NEWRULE, CreateFlags);
        builder.Raw(payload[..FibRuleHdrLength]);
        var reader = new AttributeReader(payload[FibRuleHdrLength..]);
        while (reader.Next(out NetlinkAttribute attribute))
        {
            switch (attribute.Type)
            {
                case FRA_PAD:
                    continue;
                case FRA_PRIORITY:
                    priority = attribute.UInt32;
                    hasPriority = true;
                    break;
                case FRA_PROTOCOL when attribute.Value.Length == 1:
                    protocol = attribute.Value[0];
                    break;
                case FRA_IIFNAME:
                    input = attribute.Text;
                    break;
                case FRA_OIFNAME:
                    output = attribute.Text;
                    break;
            }

            builder.Copy(attribute);
        }

        if (!hasPriority)
        {
            // Priority 0 is not told; without the attribute the kernel would choose one.
            builder.Attribute(FRA_PRIORITY, 0);
        }

        if (reader.Malformed || builder.Overflow)
        {
            return Fail();
        }

        Span<byte> header = builder.At(NetlinkMessage.HeaderLength);
        const uint stateFlags = FIB_RULE_UNRESOLVED | FIB_RULE_IIF_DETACHED | FIB_RULE_OIF_DETACHED;
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]) & ~stateFlags;
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], flags);
        builder.Finish();
        observed = new ObservedObject
        {
            Key = new ObjectKey(ObjectKind.Rule, family, 0, 0, 0, 0, priority, 0, 0),
            Facts = new ObjectFacts
            {
                Protocol = protocol,
                Stage = RestoreStage.Rule,
                KernelMade = protocol == RTPROT_KERNEL,
            },
            Request = builder.Written,
            Identity = Identity(builder.Length),
            InputLinkName = input,
            OutputLinkName = output,
        };
        return true;
    }
}
