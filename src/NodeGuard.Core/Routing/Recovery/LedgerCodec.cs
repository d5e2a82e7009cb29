using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace NodeGuard.Core.Routing.Recovery;

/// <summary>One object as it is kept on disk: the netlink message that re-creates it, and what we know beyond it.</summary>
/// <param name="Owner">Whose it is.</param>
/// <param name="Pinned">It must exist, in the next boot too.</param>
/// <param name="Link">Name of its link, whose index is another after a reboot; empty when it has none, or several.</param>
/// <param name="Request">The whole message.</param>
public sealed record SavedObject(Ownership Owner, bool Pinned, string Link, byte[] Request)
{
    /// <summary>An IPv4 address that belongs behind another of its prefix, which no message can ask for.</summary>
    public bool Secondary { get; init; }
}

/// <summary>What reading a saved ledger came to.</summary>
public abstract record LedgerReading
{
    private LedgerReading()
    {
    }

    /// <param name="Binding">What the ledger is tied to.</param>
    /// <param name="SavedAtBoottime">Nanoseconds of CLOCK_BOOTTIME.</param>
    /// <param name="Objects">In the ledger's order.</param>
    public sealed record Whole(LedgerBinding Binding, long SavedAtBoottime, IReadOnlyList<SavedObject> Objects) : LedgerReading;

    /// <summary>Torn, truncated or not a ledger; the reason names the offset.</summary>
    public sealed record Damaged(string Reason) : LedgerReading;
}

/// <summary>
/// The ledger's form on disk: magic, version, payload length, payload, CRC-32C of all before it. A torn write fails the
/// length or the checksum; nothing of such a file is used.
/// </summary>
public static class LedgerCodec
{
    private const ulong Magic = 0x3147_4C44_4547_4E02; // version 2 in the low byte
    private const int HeaderLength = 16;
    private const int ChecksumLength = 4;

    /// <summary>Longest message that the kernel's notifications can carry, with room.</summary>
    private const int MaxRequestLength = 64 * 1024;

    private const int MaxTextLength = 256;

    public static byte[] Write(LedgerBinding binding, long savedAtBoottime, IReadOnlyCollection<SavedObject> objects)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        WriteUInt64(buffer, Magic);
        WriteUInt64(buffer, 0);
        WriteText(buffer, binding.BootId);
        WriteUInt64(buffer, binding.NetworkNamespace);
        WriteText(buffer, binding.NetworkdInvocation ?? "");
        WriteUInt64(buffer, (ulong)savedAtBoottime);
        WriteInt32(buffer, objects.Count);
        foreach (SavedObject saved in objects)
        {
            WriteInt32(buffer, (byte)saved.Owner | (saved.Pinned ? 0x100 : 0) | (saved.Secondary ? 0x200 : 0));
            WriteText(buffer, saved.Link);
            WriteInt32(buffer, saved.Request.Length);
            buffer.Write(saved.Request);
        }

        var file = new byte[buffer.WrittenCount + ChecksumLength];
        buffer.WrittenSpan.CopyTo(file);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(8), buffer.WrittenCount - HeaderLength);
        BinaryPrimitives.WriteUInt32LittleEndian(
            file.AsSpan(buffer.WrittenCount), Crc32C(file.AsSpan(0, buffer.WrittenCount)));
        return file;
    }

    public static LedgerReading Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderLength + ChecksumLength)
        {
            return new LedgerReading.Damaged($"{file.Length} bytes are too few for a ledger");
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(file) != Magic)
        {
            return new LedgerReading.Damaged("it does not begin as a ledger of this version");
        }

        long payload = BinaryPrimitives.ReadInt64LittleEndian(file[8..]);
        if (payload != file.Length - HeaderLength - ChecksumLength)
        {
            return new LedgerReading.Damaged($"it says {payload} bytes of content and has {file.Length - HeaderLength - ChecksumLength}");
        }

        ReadOnlySpan<byte> body = file[..^ChecksumLength];
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(file[^ChecksumLength..]);
        return Crc32C(body) != expected
            ? new LedgerReading.Damaged("its checksum does not match its content")
            : ReadBody(body);
    }

    // The checksum holds, so what fails from here on was written wrong: it is still told, never thrown.
    private static LedgerReading ReadBody(ReadOnlySpan<byte> body)
    {
        var reader = new Cursor(body[HeaderLength..]);
        if (!reader.TryText(out string bootId) || !reader.TryUInt64(out ulong netns)
            || !reader.TryText(out string invocation) || !reader.TryUInt64(out ulong savedAt)
            || !reader.TryInt32(out int count) || count < 0)
        {
            return new LedgerReading.Damaged("its header is malformed");
        }

        var objects = new List<SavedObject>(Math.Min(count, body.Length / 8));
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryInt32(out int flags) || !reader.TryText(out string link)
                || !reader.TryInt32(out int length) || length > MaxRequestLength
                || !reader.TryBytes(length, out ReadOnlySpan<byte> request) || (flags & 0xFF) > (int)Ownership.Networkd)
            {
                return new LedgerReading.Damaged($"object {i} of {count} is malformed");
            }

            objects.Add(new SavedObject((Ownership)(flags & 0xFF), (flags & 0x100) != 0, link, request.ToArray())
            {
                Secondary = (flags & 0x200) != 0,
            });
        }

        var binding = new LedgerBinding(bootId, netns, invocation.Length == 0 ? null : invocation);
        return new LedgerReading.Whole(binding, (long)savedAt, objects);
    }

    private static uint Crc32C(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    private static void WriteUInt64(ArrayBufferWriter<byte> buffer, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.GetSpan(sizeof(ulong)), value);
        buffer.Advance(sizeof(ulong));
    }

    private static void WriteInt32(ArrayBufferWriter<byte> buffer, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(sizeof(int)), value);
        buffer.Advance(sizeof(int));
    }

    private static void WriteText(ArrayBufferWriter<byte> buffer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text.Length <= MaxTextLength / 4 ? text : text[..(MaxTextLength / 4)]);
        WriteInt32(buffer, bytes.Length);
        buffer.Write(bytes);
    }

    private ref struct Cursor(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public bool TryBytes(int length, out ReadOnlySpan<byte> bytes)
        {
            bytes = default;
            if (length < 0 || length > _rest.Length)
            {
                return false;
            }

            bytes = _rest[..length];
            _rest = _rest[length..];
            return true;
        }

        public bool TryInt32(out int value)
        {
            bool read = TryBytes(sizeof(int), out ReadOnlySpan<byte> bytes);
            value = read ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : 0;
            return read;
        }

        public bool TryUInt64(out ulong value)
        {
            bool read = TryBytes(sizeof(ulong), out ReadOnlySpan<byte> bytes);
            value = read ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
            return read;
        }

        public bool TryText(out string text)
        {
            text = "";
            if (!TryInt32(out int length) || length > MaxTextLength || !TryBytes(length, out ReadOnlySpan<byte> bytes))
            {
                return false;
            }

            text = Encoding.UTF8.GetString(bytes);
            return true;
        }
    }
}
