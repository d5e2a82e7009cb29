using System.Buffers.Binary;

namespace NodeGuard.Core.Routing;

/// <summary>An IP address as a number; IPv4 in the low 32 bits.</summary>
/// <remarks>
/// Not <see cref="UInt128"/>: .NET 10 precompiles no method that touches one, whatever type it is hidden in, and the whole
/// guard would be compiled on its own thread, a part of it in the middle of the first flush.
/// </remarks>
public readonly record struct AddressNumber(ulong High, ulong Low)
{
    private const int IPv4Length = 4;
    private const int IPv6Length = 16;

    public static AddressNumber Zero => default;

    public static implicit operator AddressNumber(uint ipv4) => FromUInt32(ipv4);

    public static AddressNumber FromUInt32(uint ipv4) => new(0, ipv4);

    /// <summary>Of 4 or 16 bytes; anything else is no address, and 0.</summary>
    public static AddressNumber ReadBigEndian(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        IPv4Length => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        IPv6Length => new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..])),
        _ => Zero,
    };

    /// <summary>Without its last bits, 0 to 127 of them.</summary>
    public AddressNumber ShiftRight(int bits) => bits switch
    {
        0 => this,
        < 64 => new(High >> bits, (Low >> bits) | (High << (64 - bits))),
        _ => new(0, High >> (bits - 64)),
    };

    /// <param name="target">16 bytes, or more.</param>
    public void WriteBigEndian(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64BigEndian(target, High);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], Low);
    }
}
