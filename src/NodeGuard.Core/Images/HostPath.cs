namespace NodeGuard.Core.Images;

/// <summary>Absolute paths on a host, from files that anybody may have written.</summary>
public static class HostPath
{
    private const int MaxLength = 4096;

    /// <summary>Null when it is one path and can be no other; else what it is instead.</summary>
    public static string? ProblemOf(string path) =>
        path.Length is 0 or > MaxLength || path[0] != '/' ? "no absolute path"
        : path.Any(char.IsControl) ? "a path that holds control characters"
        : path.Length > 1 && path[1..].Split('/').Any(static part => part is "" or "." or "..") ? "a path with empty parts, . or .."
        : null;

    public static bool IsBelowOrSame(string path, string top) =>
        path == top || top == "/" || (path.StartsWith(top, StringComparison.Ordinal) && path[top.Length] == '/');
}
