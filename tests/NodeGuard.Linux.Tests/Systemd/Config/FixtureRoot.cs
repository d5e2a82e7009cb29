using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Tests.Systemd.Config;

/// <summary>A directory that plays the host's root.</summary>
internal sealed class FixtureRoot : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-root-").FullName;

    public FixtureRoot() => Root = new HostRoot(_directory);

    public HostRoot Root { get; }

    public string Map(string path) => _directory + path;

    public FixtureRoot With(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Map(path))!);
        File.WriteAllText(Map(path), content);
        return this;
    }

    public FixtureRoot Linked(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Map(path))!);
        File.CreateSymbolicLink(Map(path), target);
        return this;
    }

    public IReadOnlyList<string> Files() =>
    [
        .. Directory.EnumerateFileSystemEntries(_directory, "*", SearchOption.AllDirectories)
            .Select(path => path[_directory.Length..]).Order(StringComparer.Ordinal),
    ];

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
