using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodeGuard.Core.Images;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Images;

public sealed partial class SpdxDocumentTests
{
    [Theory]
    [InlineData("libstdc++6", "12.2.0-14+deb12u1", "amd64", "debian-12", "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12")]
    [InlineData("vim", "2:9.0.1378-2~x", "all", "ubuntu-24.04", "pkg:deb/ubuntu/vim@2:9.0.1378-2~x?arch=all&distro=ubuntu-24.04")]
    [InlineData("a", "1", "arm64", null, "pkg:deb/a@1?arch=arm64")]
    public void Package_urls_are_as_the_purl_specification_has_them(string name, string version, string architecture, string? distribution, string purl) =>
        SpdxDocument.PurlOf(new ImagePackage(ImagePackage.Deb, name, version, architecture), distribution).ShouldBe(purl);

    [Fact]
    public void A_document_has_what_SPDX_2_3_demands_and_every_package_once()
    {
        ImageManifest manifest = SomeImage.Manifest with { Packages = [.. SomeImage.Manifest.Packages!, SomeImage.Package("libstdc++6", "12"), SomeImage.Package("libstdc--6", "12")] };
        JsonNode document = JsonNode.Parse(SpdxDocument.Write(manifest, "sha256:01", new DateTimeOffset(2026, 11, 22, 17, 0, 0, TimeSpan.FromHours(1)), "nodeguard-1.2"))!;

        foreach ((string field, string value) in new[] { ("spdxVersion", "SPDX-2.3"), ("dataLicense", "CC0-1.0"), ("SPDXID", "SPDXRef-DOCUMENT"), ("name", "node 20261122.1"), ("documentNamespace", "https://nodeguard.io/spdx/node/20261122.1/sha256%3A01") })
            document[field]!.ToString().ShouldBe(value);
        document["creationInfo"]!["created"]!.ToString().ShouldBe("2026-11-22T16:00:00Z");
        document["creationInfo"]!["creators"]![0]!.ToString().ShouldBe("Tool: nodeguard-1.2");

        JsonArray packages = document["packages"]!.AsArray();
        string[] ids = [.. packages.Select(static package => package!["SPDXID"]!.ToString())];
        ids.Distinct(StringComparer.Ordinal).Count().ShouldBe(manifest.Packages!.Count + 1);
        ids.ShouldAllBe(static id => Id().IsMatch(id));
        packages.ShouldAllBe(static package => package!["downloadLocation"]!.ToString() == "NOASSERTION" && package["filesAnalyzed"]!.GetValue<bool>() == false);
        packages.Skip(1).ShouldAllBe(static package => package!["externalRefs"]![0]!["referenceType"]!.ToString() == "purl");
        document["relationships"]!.AsArray().Select(static link => $"{link!["spdxElementId"]} {link["relationshipType"]} {link["relatedSpdxElement"]}").ShouldBe(
            [$"SPDXRef-DOCUMENT DESCRIBES {ids[0]}", .. ids.Skip(1).Select(id => $"{ids[0]} CONTAINS {id}")]);
    }

    [Fact]
    public void The_same_image_gives_the_same_document()
    {
        ImageManifest turned = SomeImage.Manifest with { Packages = [.. SomeImage.Manifest.Packages!.Reverse()] };

        SpdxDocument.Write(turned, "d", default, "t").ShouldBe(SpdxDocument.Write(SomeImage.Manifest, "d", default, "t"));
    }

    [GeneratedRegex(@"\ASPDXRef-[A-Za-z0-9.-]+\z")]
    private static partial Regex Id();
}
