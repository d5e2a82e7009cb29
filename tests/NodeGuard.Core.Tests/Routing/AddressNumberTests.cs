using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing;

public sealed class AddressNumberTests
{
    [Fact]
    public void ItShiftsAndReadsAsA128BitNumberDoes() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll<ulong, ulong, byte>(static (high, low, bits) =>
        {
            var wide = new UInt128(high, low);
            byte[] bytes = new byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, wide);
            AddressNumber number = AddressNumber.ReadBigEndian(bytes);
            byte[] back = new byte[16];
            number.WriteBigEndian(back);
            UInt128 shifted = wide >> (bits % 128);
            return number == new AddressNumber(high, low) && back.SequenceEqual(bytes)
                && number.ShiftRight(bits % 128) == new AddressNumber((ulong)(shifted >> 64), (ulong)shifted);
        }));

    [Fact]
    public void AnIPv4AddressIsItsOwn32Bits() => AddressNumber.ReadBigEndian([10, 0, 0, 9]).ShouldBe(new AddressNumber(0, 0x0a000009));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(17)]
    public void OtherLengthsAreNoAddress(int length) => AddressNumber.ReadBigEndian(new byte[length]).ShouldBe(AddressNumber.Zero);
}
