using System.Buffers.Binary;
using System.Text;
using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Agent.Guarding;

/// <summary>
/// Sends the guard's requests, as many to a system call as fit, and answers each. Allocates nothing unless the kernel
/// refuses something with other words than before.
/// </summary>
/// <remarks>
/// No acknowledgement is asked for: the kernel works through a batch before sendto returns and answers only what it
/// refuses, so what has no answer by then has succeeded. That halves the work of a large restore.
/// </remarks>
internal sealed class RequestSender
{
    // Above the longest request that the reader builds, and below the default socket send buffer of 212,992 bytes.
    private const int BufferSize = 80 * 1024;
    private const int MaxInFlight = 512;

    private const int EAGAIN = 11;
    private const int EEXIST = 17;
    private const int ENOBUFS = 105;

    private readonly NetlinkSocket _socket;
    private readonly ReceiveBatch _answers = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private readonly OutgoingRequest[] _inFlight = new OutgoingRequest[MaxInFlight];
    private readonly int[] _errnos = new int[MaxInFlight];
    private string _lastRefusal = "";
    private uint _firstSequence = 1;
    private int _used;
    private int _count;

    public RequestSender(NetlinkSocket socket)
    {
        _socket = socket;
    }

    /// <summary>Sends all of the outbox, also what answers add to it, and leaves it empty.</summary>
    public void SendAll(RouteGuard guard)
    {
        if (guard.Outbox.Count == 0)
        {
            return;
        }

        // A request that the kernel answers with more work (a follow-up) ends; the bound is against a loop of our own making.
        for (int i = 0; i < guard.Outbox.Count; i++)
        {
            OutgoingRequest request = guard.Outbox[i];
            if (request.IsWithdrawn)
            {
                continue;
            }

            int length = LengthOf(request);
            if (_count == MaxInFlight || _used + length > BufferSize)
            {
                SendBatch(guard);
            }

            Append(request, length);
            if (i == guard.Outbox.Count - 1)
            {
                SendBatch(guard);
            }
        }

        SendBatch(guard);
        guard.Outbox.Clear();
    }

    private static int LengthOf(in OutgoingRequest request) =>
        request.Form == RequestForm.FollowUp ? request.Entry.FollowUp.Length : request.Entry.Request.Length;

    private void Append(in OutgoingRequest request, int length)
    {
        Span<byte> target = _buffer.AsSpan(_used);
        switch (request.Form)
        {
            case RequestForm.FollowUp:
                request.Entry.FollowUp.CopyTo(target);
                break;
            case RequestForm.Delete:
                length = RequestForms.ToDelete(request.Entry.Request, target);
                break;
            default:
                request.Entry.Request.CopyTo(target);
                BinaryPrimitives.WriteUInt16LittleEndian(target[6..], FlagsOf(request));
                break;
        }

        if (request.Entry.Facts.Expires)
        {
            RequestForms.Age(target[..length], request.Entry.LifetimeSpent(Clock.MonotonicNanoseconds()));
        }

        uint sequence = _firstSequence + (uint)_count;
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], 0);
        _inFlight[_count] = request;
        _errnos[_count] = 0;
        _count++;
        _used += (length + 3) & ~3;
    }

    private static ushort FlagsOf(in OutgoingRequest request)
    {
        const int NLM_F_REQUEST = 0x1;
        const int NLM_F_REPLACE = 0x100;
        const int NLM_F_EXCL = 0x200;
        const int NLM_F_CREATE = 0x400;
        const int NLM_F_APPEND = 0x800;
        return (ushort)(NLM_F_REQUEST | NLM_F_CREATE | request.Form switch
        {
            RequestForm.Exclusive => NLM_F_EXCL,
            RequestForm.Append => NLM_F_APPEND,
            RequestForm.Replace => NLM_F_REPLACE,
            RequestForm.Rotate when request.Entry.Key.Kind == ObjectKind.Route => NLM_F_APPEND,
            _ => 0,
        });
    }

    private void SendBatch(RouteGuard guard)
    {
        if (_count == 0)
        {
            return;
        }

        SendOutcome sent = _socket.Send(_buffer.AsSpan(0, _used));
        if (sent.Errno != 0)
        {
            _errnos.AsSpan(0, _count).Fill(sent.Errno == EAGAIN ? ENOBUFS : sent.Errno);
        }
        else if (!ReadAnswers())
        {
            guard.OnOverrun();
        }

        long now = Clock.MonotonicNanoseconds();
        int count = _count;
        _firstSequence += (uint)count;
        _count = 0;
        _used = 0;
        for (int i = 0; i < count; i++)
        {
            guard.OnAnswer(_inFlight[i], _errnos[i], now);
        }
    }

    /// <summary>False when answers were lost, so that what was refused is unknown.</summary>
    private bool ReadAnswers()
    {
        while (true)
        {
            ReceiveOutcome received = _socket.Receive(_answers);
            if (received.Overrun)
            {
                return false;
            }

            if (received.Count == 0)
            {
                return true;
            }

            for (int i = 0; i < received.Count; i++)
            {
                Read(_answers[i]);
            }
        }
    }

    private void Read(ReadOnlySpan<byte> datagram)
    {
        var messages = new NetlinkReader(datagram);
        while (messages.Next(out NetlinkMessage message))
        {
            if (!NetlinkAck.TryRead(message, out NetlinkAck answer) || answer.Errno == 0)
            {
                continue;
            }

            long index = (long)answer.Sequence - _firstSequence;
            if (index >= 0 && index < _count)
            {
                _errnos[index] = answer.Errno;
                if (answer.Errno != EEXIST && !answer.Text.IsEmpty)
                {
                    Note(_inFlight[index].Entry, answer.Text);
                }
            }
        }
    }

    /// <summary>
    /// The same refusal comes back with each try, and for each of hundreds of routes behind one gateway: its text is made once.
    /// </summary>
    private void Note(LedgerEntry entry, ReadOnlySpan<byte> refusal)
    {
        if (!Ascii.Equals(refusal, _lastRefusal))
        {
            _lastRefusal = Encoding.UTF8.GetString(refusal);
        }

        entry.RefusalText = _lastRefusal;
    }
}
