using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using Shouldly;
using Xunit;
using Xunit.Abstractions;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Tests.Netlink;

/// <summary>
/// Real messages, damaged: nothing throws, nothing loops, nothing leaves its bounds. NODEGUARD_FUZZ_SEED repeats a run.
/// </summary>
[Trait("Needs", "root")]
public sealed class NetlinkFuzzTests(ITestOutputHelper output)
{
    private readonly RouteMessageReader _reader = new();
    private readonly LinkTable _links = new();
    private readonly byte[] _deletion = new byte[128 * 1024];
    private long _objects;

    [Fact]
    public void DamagedMessagesAreReadOrRefused()
    {
        byte[][] corpus = MessageCorpus.Capture();
        int seed = int.Parse(
            Environment.GetEnvironmentVariable("NODEGUARD_FUZZ_SEED") ?? Environment.TickCount.ToString(CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture);
        var mutation = new MessageMutation(corpus, seed);
        int cases = FuzzScale.Cases(300_000);
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < cases; i++)
        {
            ReadOnlySpan<byte> damaged = mutation.Next();
            try
            {
                Walk(damaged);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, case {i}: {Convert.ToHexString(damaged)}", e);
            }
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{cases} messages from {corpus.Length} real ones, seed {seed}: {_objects} objects, {cases / watch.Elapsed.TotalSeconds:F0} a second"));
        _objects.ShouldBeGreaterThan(cases / 10, "most damage leaves something to read");
    }

    [Fact]
    public void UndamagedMessagesOfTheCorpusAreAllReadable()
    {
        foreach (byte[] message in MessageCorpus.Capture())
        {
            Walk(message);
            _reader.Malformed.ShouldBeFalse(Convert.ToHexString(message));
        }

        _objects.ShouldBeGreaterThan(100);
    }

    private void Walk(ReadOnlySpan<byte> datagram)
    {
        var messages = new NetlinkReader(datagram);
        while (messages.Next(out NetlinkMessage message))
        {
            _links.Take(message, out _);
            if (NetlinkAck.TryRead(message, out NetlinkAck answer))
            {
                Demand(answer.Errno >= 0 && answer.Text.Length <= message.Bytes.Length, "an answer within its message");
            }

            ReadObjects(message);
            RoutingObjectView view = RoutingObjectView.From(message.Bytes, _links.NameOf);
            Demand(view.Text.Length > 0, "a text");
            message.Bytes.CopyTo(_deletion);
            RequestForms.Age(_deletion.AsSpan(0, message.Bytes.Length), 60);
        }
    }

    private void ReadObjects(in NetlinkMessage message)
    {
        if (!_reader.Begin(message))
        {
            return;
        }

        // struct rtnexthop, the smallest thing that makes an object, has 8 bytes.
        int most = (message.Bytes.Length / 8) + 1;
        while (_reader.Next(out ObservedObject observed))
        {
            Demand(most-- > 0, "an end of the objects");
            _objects++;
            Check(observed);
        }

        Demand(!_reader.Next(out _), "no object after the last");
    }

    private void Check(in ObservedObject observed)
    {
        Demand(Whole(observed.Request), "a request of one whole message");
        Demand(observed.FollowUp.IsEmpty || Whole(observed.FollowUp), "a follow-up of one whole message");
        Demand(observed.Identity.Length > 0 && observed.Identity.Length <= 64 * 1024, "an identity");
        Demand(observed.Facts.Stage is >= RestoreStage.Address and <= RestoreStage.Rule, "a stage");
        int length = RequestForms.ToDelete(observed.Request, _deletion.AsSpan(0, observed.Request.Length));
        Demand(Whole(_deletion.AsSpan(0, length)), "a deletion of one whole message");
        observed.Request.CopyTo(_deletion);
        Span<byte> aged = _deletion.AsSpan(0, observed.Request.Length);
        RequestForms.Age(aged, 60);
        Demand(Whole(aged), "an aged request of one whole message");
    }

    private static bool Whole(ReadOnlySpan<byte> message) =>
        message.Length >= NetlinkMessage.HeaderLength && BinaryPrimitives.ReadInt32LittleEndian(message) == message.Length
        && BinaryPrimitives.ReadUInt16LittleEndian(message[4..]) is >= RTM_NEWADDR and <= RTM_DELNEXTHOP;

    private static void Demand(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"wanted {what}");
        }
    }
}
