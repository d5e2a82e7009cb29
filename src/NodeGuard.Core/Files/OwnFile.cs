namespace NodeGuard.Core.Files;

/// <summary>How files that NodeGuard wrote are told from everybody else's.</summary>
public static class OwnFile
{
    /// <summary>The first line of every file of ours; what lacks it is somebody else's and never touched.</summary>
    public const string Marker = "# Written by NodeGuard";

    public static bool IsOurs(string content) =>
        content.StartsWith(Marker, StringComparison.Ordinal)
        && (content.Length == Marker.Length || content[Marker.Length] is '.' or ' ' or '\n' or ':');
}

/// <summary>A file at a path that we would use. Content is null when it could not be read.</summary>
public sealed record ExistingFile(string Path, string? Content)
{
    public bool IsOurs => Content is not null && OwnFile.IsOurs(Content);
}

public sealed record PlannedWrite(string Path, string Content, string Why);

public sealed record PlannedRemoval(string Path, string Why);
