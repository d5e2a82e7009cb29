namespace NodeGuard.Kubernetes.Credentials.Exec;

/// <summary>
/// Finds a program as a shell does. The framework would look beside this program and in the working directory first,
/// where anybody may have left a file.
/// </summary>
internal static class ProgramPath
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Null when there is none.</summary>
    public static string? Find(string command, Func<string, string?> variable)
    {
        if (command.Contains('/', StringComparison.Ordinal))
            return IsProgram(command) ? command : null;
        return (variable("PATH") ?? string.Empty)
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted)
            .Select(directory => Path.Combine(directory, command))
            .FirstOrDefault(IsProgram);
    }

    private static bool IsProgram(string path)
    {
        try
        {
            return File.Exists(path) && (File.GetUnixFileMode(path) & Executable) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
