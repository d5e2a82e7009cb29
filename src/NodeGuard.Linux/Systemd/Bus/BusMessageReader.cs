using System.Runtime.InteropServices;

namespace NodeGuard.Linux.Systemd.Bus;

/// <summary>
/// A message body as plain values: string for s, o and g; bool, byte, short, ushort, int, uint, long, ulong, double;
/// byte[] for ay; object[] for other arrays, structs and dictionary entries; a variant is its content.
/// </summary>
internal static class BusMessageReader
{
    /// <summary>Null when the message holds a type that is not read here (h, a file descriptor).</summary>
    public static object[]? ReadBody(nint message) => ReadAll(message);

    private static object[]? ReadAll(nint message)
    {
        var values = new List<object>();
        while (true)
        {
            int more = SdBus.PeekType(message, out byte type, out nint contents);
            if (more == 0)
                return [.. values];
            if (more < 0 || ReadOne(message, type, contents) is not { } value)
                return null;
            values.Add(value);
        }
    }

    private static object? ReadOne(nint message, byte type, nint contents)
    {
        switch ((char)type)
        {
            case 'a' when Marshal.PtrToStringUTF8(contents) == "y":
                return ReadBytes(message);
            case 'a' or 'r' or 'e':
                return ReadContainer(message, type, contents);
            case 'v':
                return ReadContainer(message, type, contents) is [var content] ? content : null;
            default:
                ulong raw = 0;
                return SdBus.ReadBasic(message, type, ref raw) > 0 ? Convert((char)type, raw) : null;
        }
    }

    private static object[]? ReadContainer(nint message, byte type, nint contents)
    {
        if (SdBus.EnterContainer(message, type, contents) <= 0)
            return null;
        object[]? values = ReadAll(message);
        return SdBus.ExitContainer(message) < 0 ? null : values;
    }

    private static byte[]? ReadBytes(nint message)
    {
        if (SdBus.ReadArray(message, (byte)'y', out nint start, out nuint size) < 0)
            return null;
        var bytes = new byte[checked((int)size)];
        if (bytes.Length > 0)
            Marshal.Copy(start, bytes, 0, bytes.Length);
        return bytes;
    }

    // sd-bus writes only as many bytes as the type has; the little-endian low part holds them, the rest stays 0.
    private static object? Convert(char type, ulong raw) => type switch
    {
        's' or 'o' or 'g' => Marshal.PtrToStringUTF8((nint)raw),
        'b' => (uint)raw != 0,
        'y' => (byte)raw,
        'n' => (short)raw,
        'q' => (ushort)raw,
        'i' => (int)raw,
        'u' => (uint)raw,
        'x' => (long)raw,
        't' => raw,
        'd' => BitConverter.UInt64BitsToDouble(raw),
        _ => null,
    };
}
