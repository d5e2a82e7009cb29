using NodeGuard.Core.Resolving;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Resolving;

public sealed class DnsQuestionTests
{
    private const string Question = "000002 0001";

    // NS a.root-servers.net, then NS b with a pointer back into the first name.
    private const string Records = "00 0002 0001 0007e900 0014 01 61 0c 726f6f742d73657276657273 03 6e6574 00" + "00 0002 0001 0007e900 0004 01 62 c01e";

    private const string Whole = "1234 8180 0001 0002 0000 0000" + Question + Records;

    [Fact]
    public void It_asks_for_the_servers_of_the_root() =>
        Convert.ToHexStringLower(DnsQuestion.Of(0x1234)).ShouldBe("123401000001000000000000" + "0000020001");

    [Theory]
    [InlineData(Whole, DnsReply.Answered)]
    [InlineData("1234 8182 0001 0000 0000 0000" + Question, DnsReply.Failed)]
    [InlineData("1234 8183 0001 0000 0000 0000" + Question, DnsReply.Answered)]
    [InlineData("1234 8185 0001 0000 0000 0000" + Question, DnsReply.Answered)]
    [InlineData("1234 8185 0000 0000 0000 0000", DnsReply.Answered)]
    [InlineData("1234 8380 0001 0002 0000 0000" + Question + "00 0002 0001", DnsReply.Answered)]
    public void What_answers_is_an_answer_whatever_it_says(string packet, DnsReply reply) => Read(packet).ShouldBe(reply);

    [Theory]
    [InlineData("")]
    [InlineData("1234 8180 0001 0002 0000")]
    [InlineData("4321 8180 0001 0000 0000 0000" + Question)]
    [InlineData("1234 0100 0001 0000 0000 0000" + Question)]
    [InlineData("1234 a180 0001 0000 0000 0000" + Question)]
    [InlineData("1234 8180 0000 0000 0000 0000")]
    [InlineData("1234 8180 0002 0000 0000 0000" + Question + Question)]
    [InlineData("1234 8180 0001 0000 0000 0000" + "000001 0001")]
    [InlineData("1234 8180 0001 0002 0000 0000" + Question + "00 0002 0001")]
    [InlineData("1234 8180 0001 0001 0000 0000" + Question + "00 0002 0001 0007e900 0014 01")]
    [InlineData("1234 8180 0001 0001 0000 0000" + Question + "41 0002 0001 0007e900 0000")]
    public void What_is_another_thing_or_torn_is_none(string packet) => Read(packet).ShouldBe(DnsReply.None);

    [Fact]
    public void Any_bytes_are_read_to_an_end()
    {
        var random = new Random(53);
        byte[] whole = Bytes(Whole);
        for (int i = 0; i < FuzzScale.Cases(20_000); i++)
        {
            byte[] packet = random.Next(4) == 0 ? new byte[random.Next(600)] : [.. whole];
            if (packet.Length != whole.Length)
                random.NextBytes(packet);
            for (int change = random.Next(1, 6); change > 0 && packet.Length > 0; change--)
                packet[random.Next(packet.Length)] = (byte)random.Next(256);
            ReadOnlySpan<byte> cut = packet.AsSpan(0, random.Next(packet.Length + 1));

            // Only what carries the id and says that it answers is ever taken for an answer.
            if (DnsQuestion.Read(cut, 0x1234) != DnsReply.None)
                (cut[0], cut[1], cut[2] & 0x80).ShouldBe(((byte)0x12, (byte)0x34, 0x80));
        }
    }

    private static DnsReply Read(string packet) => DnsQuestion.Read(Bytes(packet), 0x1234);

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
