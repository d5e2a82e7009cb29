using System.Text;

namespace NodeGuard.Core.Images;

/// <summary>What os-release(5) says of a host. A value that the file does not say, or says as no word, is null.</summary>
public sealed record OsRelease
{
    public static readonly OsRelease Empty = new();

    private const int MaxLines = 1000;
    private const int MaxValue = 256;

    public string? Id { get; private init; }

    public string? VersionId { get; private init; }

    public string? ImageId { get; private init; }

    public string? ImageVersion { get; private init; }

    /// <summary>"debian-12".</summary>
    public string? Distribution => Id is null ? null : VersionId is null ? Id : $"{Id}-{VersionId}";

    /// <summary>The last assignment of a name counts, as for a shell.</summary>
    public static OsRelease Read(string text)
    {
        OsRelease read = Empty;
        foreach (string line in text.Split('\n').Take(MaxLines))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || line[0] == '#')
                continue;
            string? value = Unquoted(line.AsSpan(equals + 1).Trim());
            read = line[..equals] switch
            {
                "ID" => read with { Id = value },
                "VERSION_ID" => read with { VersionId = value },
                "IMAGE_ID" => read with { ImageId = value },
                "IMAGE_VERSION" => read with { ImageVersion = value },
                _ => read,
            };
        }

        return read;
    }

    private static string? Unquoted(ReadOnlySpan<char> text)
    {
        bool quoted = text.Length >= 2 && text[0] is '"' or '\'' && text[^1] == text[0];
        bool literal = quoted && text[0] == '\'';
        if (quoted)
            text = text[1..^1];
        var value = new StringBuilder();
        for (int i = 0; i < text.Length && value.Length <= MaxValue; i++)
        {
            if (text[i] == '\\' && !literal && i + 1 < text.Length)
                i++;
            if (char.IsControl(text[i]))
                return null;
            value.Append(text[i]);
        }

        return value.Length is > 0 and <= MaxValue ? value.ToString() : null;
    }
}
