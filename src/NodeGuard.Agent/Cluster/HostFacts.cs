namespace NodeGuard.Agent.Cluster;

/// <summary>What is told of the host besides its routes. Null is what could not be read, never a guess.</summary>
public sealed record HostFacts
{
    public string? BootId { get; init; }

    public string? Kernel { get; init; }

    public string? ImageId { get; init; }

    public string? ImageVersion { get; init; }

    public bool? RebootRequired { get; init; }

    /// <param name="procRoot">The host's /proc.</param>
    /// <param name="hostRoot">Where the host's /etc and /run are; empty for this root.</param>
    public static HostFacts Read(string procRoot, string hostRoot)
    {
        // /etc/os-release is a link into /usr/lib that does not lead there from another root.
        string release = Text($"{hostRoot}/etc/os-release") ?? Text($"{hostRoot}/usr/lib/os-release") ?? string.Empty;
        return new HostFacts
        {
            BootId = Text($"{procRoot}/sys/kernel/random/boot_id")?.Trim(),
            Kernel = Text($"{procRoot}/sys/kernel/osrelease")?.Trim(),
            ImageId = Value(release, "IMAGE_ID"),
            ImageVersion = Value(release, "IMAGE_VERSION"),
            RebootRequired = Directory.Exists($"{hostRoot}/run") ? File.Exists($"{hostRoot}/run/reboot-required") : null,
        };
    }

    /// <summary>A variable of os-release(5), without its quotes.</summary>
    internal static string? Value(string release, string name)
    {
        string? line = release.Split('\n').LastOrDefault(l => l.StartsWith($"{name}=", StringComparison.Ordinal));
        string? value = line?[(name.Length + 1)..].Trim();
        if (value is { Length: >= 2 } && value[0] is '"' or '\'' && value[^1] == value[0])
        {
            value = value[1..^1];
        }

        return string.IsNullOrEmpty(value) ? null : value;
    }

    private static string? Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
