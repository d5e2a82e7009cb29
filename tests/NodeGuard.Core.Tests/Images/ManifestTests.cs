using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Core.Images;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Images;

public sealed class ManifestTests
{
    [Fact]
    public void What_is_written_is_read_back_with_its_digest()
    {
        ManifestReading.Read read = Read(ManifestWriter.Write(SomeImage.Manifest)).ShouldBeOfType<ManifestReading.Read>();

        ManifestWriter.Write(read.Manifest).ShouldBe(ManifestWriter.Write(SomeImage.Manifest));
        read.Digest.ShouldBe(ManifestWriter.DigestOf(SomeImage.Manifest));
        DriftFinder.Compare(read.Manifest, SomeImage.Host).Differences.ShouldBeEmpty();
    }

    [Fact]
    public void The_digest_is_of_what_is_said_and_not_of_its_order_or_white_space()
    {
        ImageManifest turned = SomeImage.Manifest with
        {
            Packages = [.. SomeImage.Manifest.Packages!.Reverse()],
            Files = [.. SomeImage.Manifest.Files!.Reverse()],
            Masks = [.. SomeImage.Manifest.Masks!.Reverse()],
            Guarded = [.. SomeImage.Manifest.Guarded.Reverse()],
        };
        string compact = JsonNode.Parse(ManifestWriter.Write(SomeImage.Manifest))!.ToJsonString();

        ManifestWriter.DigestOf(turned).ShouldBe(ManifestWriter.DigestOf(SomeImage.Manifest));
        Read(Encoding.UTF8.GetBytes(compact)).ShouldBeOfType<ManifestReading.Read>();
        ManifestWriter.DigestOf(SomeImage.Manifest with { Kernel = "6.1.0-42-amd64" }).ShouldNotBe(ManifestWriter.DigestOf(SomeImage.Manifest));
    }

    [Fact]
    public void The_canonical_form_does_not_change_between_releases_of_nodeguard()
    {
        var small = new ImageManifest
        {
            ImageId = "node",
            ImageVersion = "1",
            Guarded = ["/etc/b+", "/etc/a"],
            Packages = [new ImagePackage("deb", "libstdc++6", "12.2.0-14+deb12u1", "amd64")],
            CommandLine = "ro",
        };

        string canonical = "{\"schemaVersion\":1,\"imageId\":\"node\",\"imageVersion\":\"1\",\"guarded\":[\"/etc/a\",\"/etc/b+\"],\"leftOut\":[],\"packages\":[{\"type\":\"deb\",\"name\":\"libstdc++6\",\"version\":\"12.2.0-14+deb12u1\",\"architecture\":\"amd64\"}],\"commandLine\":\"ro\"}";
        ManifestWriter.DigestOf(small).ShouldBe($"sha256:{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}");
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData(" \n\0\0\0", "it is empty")]
    [InlineData("not json", "no whole JSON text, from line 1, byte ")]
    [InlineData("[]", "it is a list, and an object was wanted")]
    [InlineData("{}", "no schemaVersion that is a number")]
    [InlineData("{\"schemaVersion\":\"1\"}", "no schemaVersion that is a number")]
    [InlineData("{\"schemaVersion\":7}", "its schemaVersion is 7, and this nodeguard knows 1")]
    [InlineData("{\"schemaVersion\":1,\"imageId\":\"a\",\"imageId\":\"b\"}", "it names a field of one object twice")]
    [InlineData("{\"schemaVersion\":1,\"digest\":\"x\",\"mood\":\"good\"}", "\"mood\", which schemaVersion 1 does not know")]
    [InlineData("{\"schemaVersion\":1}", "it has no digest")]
    [InlineData("{\"schemaVersion\":1,\"digest\":\"x\"}", "it has no imageId")]
    [InlineData("{\"schemaVersion\":1,\"digest\":\"x\",\"imageId\":3}", "imageId of it is a number, and a text was wanted")]
    [InlineData("{\"schemaVersion\":1,\"digest\":\"x\",\"imageId\":\"\"}", "imageId of it is empty")]
    [InlineData("{\"schemaVersion\":1,\"digest\":\"x\",\"imageId\":\"a\\u001b[2Jb\"}", "imageId of it is \"a?[2Jb\", which is not printable")]
    [InlineData("{\"schemaVersion\":1,\"digest\":\"x\",\"imageId\":\"\\ud800\"}", "no UTF-8")]
    public void Each_way_to_be_no_manifest_is_told_as_what_it_is(string text, string why) =>
        Problem(Encoding.UTF8.GetBytes(text)).ShouldContain(why);

    [Theory]
    [InlineData("packages", "{\"a\":1}", "packages of it is an object, and a list was wanted")]
    [InlineData("packages", "[1]", "packages[0] is a number, and an object was wanted")]
    [InlineData("packages", "[{\"type\":\"deb\",\"name\":\"../../etc\",\"version\":\"1\",\"architecture\":\"all\"}]", "name of packages[0] is \"../../etc\", which is no name of a package")]
    [InlineData("packages", "[{\"type\":\"deb\",\"name\":\"a\",\"version\":\"1\",\"architecture\":\"amd64;rm\"}]", "no architecture")]
    [InlineData("packages", "[{\"type\":\"deb\",\"name\":\"a\",\"architecture\":\"all\"}]", "packages[0] has no version")]
    [InlineData("packages", "[{\"type\":\"deb\",\"name\":\"a\",\"version\":\"1\",\"architecture\":\"all\"},{\"type\":\"deb\",\"name\":\"a\",\"version\":\"2\",\"architecture\":\"all\"}]", "packages holds \"deb a:all\" twice")]
    [InlineData("guarded", "[\"etc\"]", "guarded holds \"etc\", which is no absolute path")]
    [InlineData("guarded", "[\"/etc/../root\"]", "a path with empty parts, . or ..")]
    [InlineData("leftOut", "[\"/etc//x\"]", "a path with empty parts, . or ..")]
    [InlineData("files", "[{\"path\":\"/etc/a\",\"type\":\"file\",\"mode\":\"0644\",\"sha256\":\"abc\"}]", "no 64 hex digits")]
    [InlineData("files", "[{\"path\":\"/etc/a\",\"type\":\"socket\"}]", "none of file, link, other")]
    [InlineData("files", "[{\"path\":\"/etc/a\",\"type\":\"link\"}]", "nowhere that a link points to")]
    [InlineData("files", "[{\"path\":\"/etc/a\",\"type\":\"other\",\"mode\":\"999\"}]", "no four octal digits")]
    [InlineData("masks", "[\"../a.service\"]", "no name of a unit")]
    [InlineData("sysctls", "[{\"name\":\"../../etc/shadow\",\"value\":\"1\"}]", "no name of a sysctl")]
    [InlineData("sysctls", "[{\"name\":\"net.ipv4.ip_forward\",\"value\":[]}]", "value of sysctls[0] is a list, and a text was wanted")]
    public void A_bad_item_is_told_with_its_place(string field, string json, string why)
    {
        JsonNode manifest = JsonNode.Parse(ManifestWriter.Write(SomeImage.Manifest))!;
        manifest[field] = JsonNode.Parse(json);

        Problem(Encoding.UTF8.GetBytes(manifest.ToJsonString())).ShouldContain(why);
    }

    [Fact]
    public void A_change_by_hand_is_told_by_the_digest()
    {
        string text = Encoding.UTF8.GetString(ManifestWriter.Write(SomeImage.Manifest)).Replace("252.39-1~deb12u1", "252.39-1~deb12u2", StringComparison.Ordinal);

        Problem(Encoding.UTF8.GetBytes(text)).ShouldContain("it was changed after it was made");
    }

    [Fact]
    public void Absurd_lists_texts_and_sizes_are_refused_in_few_words()
    {
        JsonNode manifest = JsonNode.Parse(ManifestWriter.Write(SomeImage.Manifest))!;
        manifest["masks"] = new JsonArray(Enumerable.Range(0, 200_001).Select(static i => (JsonNode?)$"u{i}.service").ToArray());
        Problem(Encoding.UTF8.GetBytes(manifest.ToJsonString())).ShouldContain("masks holds 200001 items");

        manifest["masks"] = new JsonArray((JsonNode?)new string('a', 1_000_000));
        string problem = Problem(Encoding.UTF8.GetBytes(manifest.ToJsonString()));
        problem.ShouldContain("1000000 characters");
        problem.Length.ShouldBeLessThan(300);

        Problem(new byte[ManifestReader.MaxBytes + 1]).ShouldContain("larger than");
        Problem(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[", 100_000)))).ShouldContain("no whole JSON text");
    }

    [Fact]
    public void A_manifest_that_is_torn_anywhere_is_refused()
    {
        byte[] whole = ManifestWriter.Write(SomeImage.Manifest);
        // Without the line feed at its end it is whole still.
        for (int length = 0; length < whole.Length - 1; length++)
            Problem(whole[..length]).ShouldNotBeEmpty();
    }

    [Fact]
    public void Whatever_is_in_the_file_it_is_read_as_it_was_made_or_refused_in_one_sentence()
    {
        var random = new Random(6);
        byte[] whole = ManifestWriter.Write(SomeImage.Manifest);
        for (int i = 0; i < FuzzScale.Cases(3000); i++)
        {
            byte[] bytes = [.. whole];
            for (int change = random.Next(1, 6); change > 0; change--)
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : whole[random.Next(whole.Length)];

            switch (Read(bytes))
            {
                case ManifestReading.Read read:
                    read.Digest.ShouldBe(ManifestWriter.DigestOf(SomeImage.Manifest));
                    break;
                case ManifestReading.Refused refused:
                    refused.Problem.Length.ShouldBeLessThan(600);
                    refused.Problem.ShouldNotContain('\n');
                    break;
                default:
                    throw new InvalidOperationException();
            }
        }
    }

    private static ManifestReading Read(byte[] content) => ManifestReader.Read(content);

    private static string Problem(byte[] content) => Read(content).ShouldBeOfType<ManifestReading.Refused>().Problem;
}
