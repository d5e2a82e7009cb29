using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NodeGuard.Core.Images;

/// <summary>The packages of a manifest as an SPDX 2.3 document in JSON, for tools that look for vulnerable ones.</summary>
public static class SpdxDocument
{
    private const string Document = "SPDXRef-DOCUMENT";
    private const string Image = "SPDXRef-Image";
    private const string NoAssertion = "NOASSERTION";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    /// <param name="manifest">Of the image.</param>
    /// <param name="digest">Of the manifest: two images never share a namespace.</param>
    /// <param name="created">To the second.</param>
    /// <param name="tool">"nodeguard-1.2".</param>
    public static byte[] Write(ImageManifest manifest, string digest, DateTimeOffset created, string tool)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            WriteHead(json, manifest, digest, created, tool);
            IReadOnlyList<ImagePackage> packages = manifest.InOrder().Packages ?? [];
            json.WriteStartArray("packages");
            WriteImage(json, manifest);
            for (int i = 0; i < packages.Count; i++)
                WritePackage(json, packages[i], IdOf(packages[i], i), manifest.Distribution);
            json.WriteEndArray();
            json.WriteStartArray("relationships");
            WriteRelationship(json, Document, "DESCRIBES", Image);
            for (int i = 0; i < packages.Count; i++)
                WriteRelationship(json, Image, "CONTAINS", IdOf(packages[i], i));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return [.. buffer.ToArray(), (byte)'\n'];
    }

    /// <summary>The package URL of a package: pkg:deb/debian/curl@7.88.1-10%2Bdeb12u5?arch=amd64&amp;distro=debian-12.</summary>
    public static string PurlOf(ImagePackage package, string? distribution)
    {
        string vendor = distribution is null ? "" : $"{Escaped(distribution.Split('-')[0])}/";
        string distro = distribution is null ? "" : $"&distro={Escaped(distribution)}";
        return $"pkg:{Escaped(package.Type)}/{vendor}{Escaped(package.Name)}@{Escaped(package.Version)}?arch={Escaped(package.Architecture)}{distro}";
    }

    private static void WriteHead(Utf8JsonWriter json, ImageManifest manifest, string digest, DateTimeOffset created, string tool)
    {
        json.WriteString("spdxVersion", "SPDX-2.3");
        json.WriteString("dataLicense", "CC0-1.0");
        json.WriteString("SPDXID", Document);
        json.WriteString("name", manifest.Title);
        json.WriteString("documentNamespace", $"https://nodeguard.io/spdx/{Uri.EscapeDataString(manifest.ImageId)}/{Uri.EscapeDataString(manifest.ImageVersion)}/{Uri.EscapeDataString(digest)}");
        json.WriteStartObject("creationInfo");
        json.WriteString("created", created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteStartArray("creators");
        json.WriteStringValue($"Tool: {tool}");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteImage(Utf8JsonWriter json, ImageManifest manifest)
    {
        WriteStart(json, Image, manifest.ImageId, manifest.ImageVersion);
        json.WriteString("primaryPackagePurpose", "OPERATING-SYSTEM");
        json.WriteEndObject();
    }

    private static void WritePackage(Utf8JsonWriter json, ImagePackage package, string id, string? distribution)
    {
        WriteStart(json, id, package.Name, package.Version);
        json.WriteStartArray("externalRefs");
        json.WriteStartObject();
        json.WriteString("referenceCategory", "PACKAGE-MANAGER");
        json.WriteString("referenceType", "purl");
        json.WriteString("referenceLocator", PurlOf(package, distribution));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteStart(Utf8JsonWriter json, string id, string name, string version)
    {
        json.WriteStartObject();
        json.WriteString("SPDXID", id);
        json.WriteString("name", name);
        json.WriteString("versionInfo", version);
        json.WriteString("downloadLocation", NoAssertion);
        json.WriteBoolean("filesAnalyzed", false);
        json.WriteString("licenseConcluded", NoAssertion);
        json.WriteString("licenseDeclared", NoAssertion);
        json.WriteString("copyrightText", NoAssertion);
    }

    private static void WriteRelationship(Utf8JsonWriter json, string from, string type, string to)
    {
        json.WriteStartObject();
        json.WriteString("spdxElementId", from);
        json.WriteString("relationshipType", type);
        json.WriteString("relatedSpdxElement", to);
        json.WriteEndObject();
    }

    // Only letters, digits, '.' and '-' are allowed, which makes libstdc++6 and libstdc--6 one: the number tells them apart.
    private static string IdOf(ImagePackage package, int index)
    {
        var id = new StringBuilder("SPDXRef-Package-");
        foreach (char sign in $"{package.Type}-{package.Name}-{package.Architecture}-")
            id.Append(char.IsAsciiLetterOrDigit(sign) || sign is '.' ? sign : '-');
        return id.Append(CultureInfo.InvariantCulture, $"{index}").ToString();
    }

    // A colon, as of an epoch, stays as it is.
    private static string Escaped(string text) => Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal);
}
