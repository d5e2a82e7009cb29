using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NodeGuard.Core.Images;

/// <summary>
/// The wire form of a manifest. Its digest is over the canonical form: UTF-8, this order of fields and lists, no white
/// space, no digest.
/// </summary>
public static class ManifestWriter
{
    // Text in files is not escaped for HTML: what people compare should be what they know.
    private static readonly JsonWriterOptions Canonical = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    /// <summary>"sha256:" and 64 lower-case hex digits.</summary>
    public static string DigestOf(ImageManifest manifest) =>
        $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Bytes(manifest, Canonical, digest: null)))}";

    /// <summary>For a file: indented, with the digest at its end.</summary>
    public static byte[] Write(ImageManifest manifest) => [.. Bytes(manifest, Readable, DigestOf(manifest)), (byte)'\n'];

    private static byte[] Bytes(ImageManifest manifest, JsonWriterOptions options, string? digest)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            WriteIdentity(json, manifest);
            WriteContent(json, manifest.InOrder());
            WriteText(json, ManifestFields.Digest, digest);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteIdentity(Utf8JsonWriter json, ImageManifest manifest)
    {
        json.WriteNumber(ManifestFields.SchemaVersion, ImageManifest.CurrentSchema);
        WriteText(json, ManifestFields.ImageId, manifest.ImageId);
        WriteText(json, ManifestFields.ImageVersion, manifest.ImageVersion);
        WriteText(json, ManifestFields.Distribution, manifest.Distribution);
        WriteText(json, ManifestFields.SourceDigest, manifest.SourceDigest);
        WriteText(json, ManifestFields.GitCommit, manifest.GitCommit);
        WriteText(json, ManifestFields.Kernel, manifest.Kernel);
        WriteText(json, ManifestFields.Kubelet, manifest.Kubelet);
        WriteText(json, ManifestFields.Containerd, manifest.Containerd);
    }

    private static void WriteContent(Utf8JsonWriter json, ImageManifest manifest)
    {
        WriteList(json, ManifestFields.Guarded, manifest.Guarded, static (json, path) => json.WriteStringValue(path));
        WriteList(json, ManifestFields.LeftOut, manifest.LeftOut, static (json, path) => json.WriteStringValue(path));
        WriteList(json, ManifestFields.Packages, manifest.Packages, WritePackage);
        WriteList(json, ManifestFields.Files, manifest.Files, WriteFile);
        WriteList(json, ManifestFields.Masks, manifest.Masks, static (json, unit) => json.WriteStringValue(unit));
        WriteList(json, ManifestFields.Networkd, manifest.Networkd, WriteSetting);
        WriteText(json, ManifestFields.CommandLine, manifest.CommandLine);
        WriteList(json, ManifestFields.Sysctls, manifest.Sysctls, WriteSetting);
    }

    private static void WritePackage(Utf8JsonWriter json, ImagePackage package)
    {
        json.WriteStartObject();
        WriteText(json, ManifestFields.Type, package.Type);
        WriteText(json, ManifestFields.Name, package.Name);
        WriteText(json, ManifestFields.Version, package.Version);
        WriteText(json, ManifestFields.Architecture, package.Architecture);
        json.WriteEndObject();
    }

    private static void WriteFile(Utf8JsonWriter json, GuardedFile file)
    {
        json.WriteStartObject();
        WriteText(json, ManifestFields.Path, file.Path);
        WriteText(json, ManifestFields.Type, file.Kind switch { GuardedKind.File => ManifestFields.File, GuardedKind.Link => ManifestFields.Link, _ => ManifestFields.Other });
        WriteText(json, ManifestFields.Mode, file.Mode);
        WriteText(json, ManifestFields.Sha256, file.Sha256);
        WriteText(json, ManifestFields.Target, file.Target);
        json.WriteEndObject();
    }

    private static void WriteSetting(Utf8JsonWriter json, ImageSetting setting)
    {
        json.WriteStartObject();
        WriteText(json, ManifestFields.Name, setting.Name);
        WriteText(json, ManifestFields.Value, setting.Value);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, IReadOnlyList<T>? items, Action<Utf8JsonWriter, T> write)
    {
        if (items is null)
            return;
        json.WriteStartArray(name);
        foreach (T item in items)
            write(json, item);
        json.WriteEndArray();
    }
}

/// <summary>The names in the wire form of a manifest.</summary>
internal static class ManifestFields
{
    public const string SchemaVersion = "schemaVersion";
    public const string ImageId = "imageId";
    public const string ImageVersion = "imageVersion";
    public const string Distribution = "distribution";
    public const string SourceDigest = "sourceDigest";
    public const string GitCommit = "gitCommit";
    public const string Kernel = "kernel";
    public const string Kubelet = "kubelet";
    public const string Containerd = "containerd";
    public const string Guarded = "guarded";
    public const string LeftOut = "leftOut";
    public const string Packages = "packages";
    public const string Files = "files";
    public const string Masks = "masks";
    public const string Networkd = "networkd";
    public const string CommandLine = "commandLine";
    public const string Sysctls = "sysctls";
    public const string Digest = "digest";

    public const string Type = "type";
    public const string Name = "name";
    public const string Version = "version";
    public const string Architecture = "architecture";
    public const string Path = "path";
    public const string Mode = "mode";
    public const string Sha256 = "sha256";
    public const string Target = "target";
    public const string Value = "value";

    public const string File = "file";
    public const string Link = "link";
    public const string Other = "other";

    public static readonly HashSet<string> Top = new(StringComparer.Ordinal)
    {
        SchemaVersion, ImageId, ImageVersion, Distribution, SourceDigest, GitCommit, Kernel, Kubelet, Containerd,
        Guarded, LeftOut, Packages, Files, Masks, Networkd, CommandLine, Sysctls, Digest,
    };
}
