using System.Globalization;
using System.Text;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd.Config;

public sealed class UnitFileTextTests
{
    [Fact]
    public void CommentsBlanksAndSpacesAroundAreSkipped() =>
        Lines("# c\n; d\n\n  [Network]  \n  Key =  a value \t\n").ShouldBe([new ConfigLine("Network", "Key", "a value", 5)]);

    [Fact]
    public void AContinuedLineIsOneAndACommentMayStandInBetween() =>
        Lines("[N]\nA=1 \\\n# why\n  2\\\n3\nB=4").ShouldBe([new("N", "A", "1  2 3", 2), new("N", "B", "4", 6)]);

    [Fact]
    public void AnEvenNumberOfBackslashesContinuesNothing() =>
        Lines("[N]\nA=x\\\\\nB=y\n").Select(line => line.Key).ShouldBe(["A", "B"]);

    [Fact]
    public void ALineBeforeAnySectionOrWithoutEqualsSetsNothing() =>
        Lines("A=1\n[N]\nnonsense\nB=\n").ShouldBe([new ConfigLine("N", "B", "", 4)]);

    [Fact]
    public void CrLfAndAByteOrderMarkAreTaken() =>
        Lines("\uFEFF[N]\r\nA=1\r\nB=2\r\n").ShouldBe([new("N", "A", "1", 2), new("N", "B", "2", 3)]);

    [Fact]
    public void CharactersThatSystemdTakesForTextEndNoLine() =>
        Lines("[N]\n# x\u2028A=1\n# y\u0085B=2\n# z\fC=3\n").ShouldBeEmpty();

    [Fact]
    [Trait("Invariant", "11")]
    public void ABrokenSectionHeaderIsAProblemBecauseSystemdReadsNoFurther()
    {
        var file = UnitFileText.Parse("/x.conf", "[N]\nA=1\n[Network\nB=2\n");

        file.Problem!.ShouldStartWith("/x.conf:3:");
        file.Lines.ShouldHaveSingleItem();
    }

    [Fact]
    public void MutatedFilesNeverCrashAndNeverInventASettingOutsideASection()
    {
        var random = new Random(3);
        var seed = Encoding.UTF8.GetBytes("[Match]\nName=eth*\n# c\n[Network]\nManageForeignRoutes=no\\\n\nKeepConfiguration=static\n;x\n[Route]\nGateway=10.0.0.1\n");
        var scale = int.Parse(Environment.GetEnvironmentVariable("NODEGUARD_FUZZ_SCALE") ?? "1", CultureInfo.InvariantCulture);
        for (var round = 0; round < 20_000 * scale; round++)
        {
            var text = Encoding.UTF8.GetString(Mutated(seed, random));
            var file = UnitFileText.Parse("/f", text);
            var invented = file.Lines.Any(line => line.Section.Length == 0 || line.Line < 1 || line.Key.Contains('=', StringComparison.Ordinal));
            invented.ShouldBeFalse(text);
            file.Lines.Count.ShouldBeLessThanOrEqualTo(text.Count(letter => letter == '='));
        }
    }

    private static byte[] Mutated(byte[] seed, Random random)
    {
        ReadOnlySpan<byte> interesting = "[]=\\\n\r\0#; \xff"u8;
        var bytes = seed.ToList();
        for (var edits = random.Next(1, 8); edits > 0 && bytes.Count > 1; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] = interesting[random.Next(interesting.Length)]; break;
                case 2: bytes.RemoveRange(at, random.Next(bytes.Count - at)); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, random.Next(bytes.Count - at))); break;
            }
        }

        return [.. bytes];
    }

    private static IReadOnlyList<ConfigLine> Lines(string text)
    {
        var file = UnitFileText.Parse("/x.conf", text);
        file.Problem.ShouldBeNull();
        return file.Lines;
    }
}
