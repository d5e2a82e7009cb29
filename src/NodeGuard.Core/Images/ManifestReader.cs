using System.Globalization;
using System.Text.Json;
using NodeGuard.Core.Updates;

namespace NodeGuard.Core.Images;

/// <summary>A manifest, or the one sentence why there is none.</summary>
public abstract record ManifestReading
{
    private ManifestReading()
    {
    }

    public sealed record Read(ImageManifest Manifest, string Digest) : ManifestReading;

    public sealed record Refused(string Problem) : ManifestReading;
}

/// <summary>Reads a manifest whole or not at all: half a truth would make drift of what is none, or hide some.</summary>
public static class ManifestReader
{
    /// <summary>70,000 packages, the largest distribution's, take some 8 MB.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    public static ManifestReading Read(ReadOnlyMemory<byte> content)
    {
        if (content.Length > MaxBytes)
            return Refused($"it is larger than {MaxBytes} bytes");
        if (content.Span.Trim(" \t\r\n\0"u8).IsEmpty)
            return Refused("it is empty");
        try
        {
            using JsonDocument document = JsonDocument.Parse(content, Strict);
            return Read(document.RootElement);
        }
        catch (JsonException e) when (e.LineNumber is null)
        {
            return Refused("it names a field of one object twice");
        }
        catch (JsonException e)
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
            return Refused($"it is no whole JSON text, from {place} on: it is torn, or somebody changed it by hand");
        }
        catch (InvalidOperationException)
        {
            return Refused("it holds text that is no UTF-8");
        }
        catch (ManifestProblemException e)
        {
            return Refused(e.Message);
        }
    }

    private static ManifestReading Read(JsonElement root)
    {
        var fields = new ManifestObject(root, "it");
        // First: what follows may mean something else in another version.
        int schema = fields.Number(ManifestFields.SchemaVersion);
        if (schema != ImageManifest.CurrentSchema)
            return Refused(string.Create(CultureInfo.InvariantCulture, $"its schemaVersion is {schema}, and this nodeguard knows {ImageManifest.CurrentSchema}: use the nodeguard that wrote it, or make it anew"));
        fields.ShouldOnlyHave(ManifestFields.Top);
        string digest = fields.Text(ManifestFields.Digest);
        ImageManifest manifest = ReadContent(fields).InOrder();
        string found = ManifestWriter.DigestOf(manifest);
        return digest == found
            ? new ManifestReading.Read(manifest, digest)
            : Refused($"its digest says {ParseProblems.Shown(digest)}, and its content has {found}: it was changed after it was made");
    }

    private static ImageManifest ReadContent(ManifestObject fields) => new()
    {
        ImageId = fields.Text(ManifestFields.ImageId),
        ImageVersion = fields.Text(ManifestFields.ImageVersion),
        Distribution = fields.OptionalText(ManifestFields.Distribution),
        SourceDigest = fields.OptionalText(ManifestFields.SourceDigest),
        GitCommit = fields.OptionalText(ManifestFields.GitCommit),
        Kernel = fields.OptionalText(ManifestFields.Kernel),
        Kubelet = fields.OptionalText(ManifestFields.Kubelet),
        Containerd = fields.OptionalText(ManifestFields.Containerd),
        Guarded = fields.Texts(ManifestFields.Guarded, HostPath.ProblemOf) ?? [],
        LeftOut = fields.Texts(ManifestFields.LeftOut, HostPath.ProblemOf) ?? [],
        Packages = fields.Items(ManifestFields.Packages, ReadPackage, static package => $"{package.Type} {package.FullName}"),
        Files = fields.Items(ManifestFields.Files, ReadFile, static file => file.Path),
        Masks = fields.Texts(ManifestFields.Masks, UnitProblem),
        Networkd = fields.Items(ManifestFields.Networkd, ReadSetting, static setting => setting.Name),
        CommandLine = fields.OptionalText(ManifestFields.CommandLine, mayBeEmpty: true),
        Sysctls = fields.Items(ManifestFields.Sysctls, ReadSysctl, static setting => setting.Name),
    };

    private static ImagePackage ReadPackage(ManifestObject fields)
    {
        var package = new ImagePackage(
            fields.Text(ManifestFields.Type), fields.Text(ManifestFields.Name), fields.Text(ManifestFields.Version), fields.Text(ManifestFields.Architecture));
        fields.Should(PackageName.IsGood(package.Name), ManifestFields.Name, package.Name, "no name of a package");
        fields.Should(PackageName.IsGoodArchitecture(package.Architecture), ManifestFields.Architecture, package.Architecture, "no architecture");
        return package;
    }

    private static GuardedFile ReadFile(ManifestObject fields)
    {
        string path = fields.Text(ManifestFields.Path), type = fields.Text(ManifestFields.Type);
        if (HostPath.ProblemOf(path) is { } problem)
            fields.Should(false, ManifestFields.Path, path, problem);
        string? sha256 = fields.OptionalText(ManifestFields.Sha256), mode = fields.OptionalText(ManifestFields.Mode), target = fields.OptionalText(ManifestFields.Target);
        GuardedKind kind = type switch
        {
            ManifestFields.File => GuardedKind.File,
            ManifestFields.Link => GuardedKind.Link,
            ManifestFields.Other => GuardedKind.Other,
            _ => throw fields.Wrong(ManifestFields.Type, type, "none of file, link, other"),
        };
        fields.Should(kind != GuardedKind.File || (sha256 is { Length: 64 } && sha256.All(char.IsAsciiHexDigitLower)), ManifestFields.Sha256, sha256, "no 64 hex digits");
        fields.Should(kind == GuardedKind.Link || (mode is { Length: 4 } && mode.All(static digit => digit is >= '0' and <= '7')), ManifestFields.Mode, mode, "no four octal digits");
        fields.Should(kind != GuardedKind.Link || target is not null, ManifestFields.Target, target, "nowhere that a link points to");
        return new GuardedFile(path, kind) { Sha256 = sha256, Mode = mode, Target = target };
    }

    private static ImageSetting ReadSetting(ManifestObject fields) =>
        new(fields.Text(ManifestFields.Name), fields.Text(ManifestFields.Value, mayBeEmpty: true));

    private static ImageSetting ReadSysctl(ManifestObject fields)
    {
        ImageSetting setting = ReadSetting(fields);
        fields.Should(Sysctl.PathOf(setting.Name) is not null, ManifestFields.Name, setting.Name, "no name of a sysctl");
        return setting;
    }

    private static string? UnitProblem(string unit) =>
        unit.Length <= 255 && unit.Contains('.', StringComparison.Ordinal) && !unit.Contains('/', StringComparison.Ordinal) ? null : "no name of a unit";

    private static ManifestReading.Refused Refused(string problem) => new(problem);
}
