using System.Globalization;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Recovery;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing.Recovery;

public class LedgerCodecTests
{
    private static readonly LedgerBinding Binding = new("8b0c-boot", 4026531840, "f32702b5011b44d3");

    private static readonly SavedObject[] Objects =
    [
        new(Ownership.Foreign, Pinned: false, "eth0", [1, 2, 3]),
        new(Ownership.Networkd, Pinned: false, "", []) { Secondary = true },
        new(Ownership.Foreign, Pinned: true, "veth0123456789", [.. Enumerable.Repeat((byte)7, 300)]),
    ];

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        LedgerReading.Whole read = LedgerCodec.Read(LedgerCodec.Write(Binding, 123_456_789, Objects)).ShouldBeOfType<LedgerReading.Whole>();

        read.Binding.ShouldBe(Binding);
        read.SavedAtBoottime.ShouldBe(123_456_789);
        read.Objects.Select(o => (o.Owner, o.Pinned, o.Link, o.Secondary)).ShouldBe(Objects.Select(o => (o.Owner, o.Pinned, o.Link, o.Secondary)));
        read.Objects.Select(o => o.Request).ShouldBe(Objects.Select(o => o.Request));
    }

    [Fact]
    public void NoNetworkdIsReadAsNone() =>
        LedgerCodec.Read(LedgerCodec.Write(Binding with { NetworkdInvocation = null }, 0, []))
            .ShouldBeOfType<LedgerReading.Whole>().Binding.NetworkdInvocation.ShouldBeNull();

    [Fact]
    public void ALedgerTornAtAnyLengthIsDamaged()
    {
        byte[] file = LedgerCodec.Write(Binding, 1, Objects);
        for (int length = 0; length < file.Length; length++)
        {
            LedgerCodec.Read(file.AsSpan(0, length)).ShouldBeOfType<LedgerReading.Damaged>($"at {length} of {file.Length} bytes");
        }
    }

    [Fact]
    public void AnyFlippedBitIsDamage()
    {
        byte[] file = LedgerCodec.Write(Binding, 1, Objects);
        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            LedgerCodec.Read(file).ShouldBeOfType<LedgerReading.Damaged>($"bit {bit}");
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void MutatedLedgersNeverThrow()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        byte[] original = LedgerCodec.Write(Binding, 1, Objects);
        int cases = 100_000 * int.Parse(Environment.GetEnvironmentVariable("NODEGUARD_FUZZ_SCALE") ?? "1", CultureInfo.InvariantCulture);
        for (int i = 0; i < cases; i++)
        {
            byte[] mutated = [.. original.AsSpan(0, random.Next(original.Length + 1))];
            for (int j = random.Next(8); j > 0 && mutated.Length > 0; j--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            Should.NotThrow(() => LedgerCodec.Read(mutated), $"seed {seed}, case {i}");
        }
    }
}
