using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Lab.Tests.Apt;

/// <summary>
/// An apt repository of real .deb files below a directory of this host, unsigned: sources say [trusted=yes]. apt needs no
/// network for it, only the directory at <paramref name="seenAt"/>.
/// </summary>
/// <param name="directory">On this host.</param>
/// <param name="seenAt">The same directory as the container sees it.</param>
public sealed class AptRepository(string directory, string seenAt)
{
    private readonly Dictionary<AptSource, List<Listed>> _packages = [];

    /// <summary>A repository inside a container.</summary>
    public static AptRepository In(LabContainer container, string path = "/srv/apt") => new(container.HostPath(path), path);

    /// <summary>A line of sources.list for each source that has been published.</summary>
    public string SourcesList => string.Concat(_packages.Keys.Select(Line));

    /// <summary>Builds the package; <see cref="Publish"/> makes it known.</summary>
    public async Task AddAsync(AptSource source, params DebPackage[] packages)
    {
        List<Listed> list = ListOf(source);
        foreach (DebPackage package in packages)
        {
            string file = Path.Combine(PoolOf(source), package.FileName);
            await BuildAsync(package, file);
            string phased = package.PhasedPercentage is { } percentage
                ? string.Create(CultureInfo.InvariantCulture, $"Phased-Update-Percentage: {percentage}\n")
                : "";
            list.Add(new Listed(package.Architecture, package.Control + phased, file));
        }
    }

    /// <summary>Takes packages that are built already; <see cref="Publish"/> makes them known.</summary>
    /// <param name="files">.deb files of this host.</param>
    public async Task AddFilesAsync(AptSource source, IEnumerable<string> files)
    {
        List<Listed> list = ListOf(source);
        foreach (string built in files)
        {
            string file = Path.Combine(PoolOf(source), Path.GetFileName(built));
            File.Copy(built, file, overwrite: true);
            string control = (await CommandRunner.RunAsync(["dpkg-deb", "--field", file])).Succeeded();
            string architecture = (await CommandRunner.RunAsync(["dpkg-deb", "--field", file, "Architecture"])).Succeeded();
            list.Add(new Listed(architecture, control + "\n", file));
        }
    }

    /// <summary>Drops what was added; the files stay.</summary>
    public void Withdraw(AptSource source) => _packages[source] = [];

    /// <summary>Writes Packages and Release of every source anew.</summary>
    public void Publish()
    {
        foreach ((AptSource source, List<Listed> packages) in _packages)
        {
            string distribution = Path.Combine(directory, "dists", source.Codename);
            string[] architectures = [.. packages.Select(one => one.Architecture).Append("amd64").Append("all").Distinct(StringComparer.Ordinal)];
            var release = new StringBuilder();
            release.Append($"Origin: {source.Origin}\nLabel: {source.Label}\nSuite: {source.Suite}\nCodename: {source.Codename}\n");
            release.Append(CultureInfo.InvariantCulture, $"Date: {DateTimeOffset.UtcNow:R}\n");
            release.Append($"Architectures: {string.Join(' ', architectures)}\nComponents: main\n");
            if (source.NotAutomatic)
            {
                release.Append("NotAutomatic: yes\nButAutomaticUpgrades: yes\n");
            }

            release.Append("SHA256:\n");
            foreach (string architecture in architectures)
            {
                string name = $"main/binary-{architecture}/Packages";
                byte[] list = Encoding.UTF8.GetBytes(string.Concat(packages
                    .Where(one => one.Architecture == architecture || (one.Architecture == "all" && architecture != "all"))
                    .Select(Entry)));
                string file = Path.Combine(distribution, name);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllBytes(file, list);
                release.Append(CultureInfo.InvariantCulture, $" {Hash(list)} {list.Length} {name}\n");
            }

            File.WriteAllText(Path.Combine(distribution, "Release"), release.ToString());
        }
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static async Task BuildAsync(DebPackage package, string file)
    {
        string tree = Directory.CreateTempSubdirectory("nodeguard-deb-").FullName;
        try
        {
            string control = Directory.CreateDirectory(Path.Combine(tree, "DEBIAN")).FullName;
            // dpkg-deb wants no other than the modes of a usual umask.
            File.SetUnixFileMode(tree, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(control, (UnixFileMode)0b111_101_101);
            await File.WriteAllTextAsync(Path.Combine(control, "control"), package.Control);
            foreach ((string name, string script) in package.Scripts)
            {
                await File.WriteAllTextAsync(Path.Combine(control, name), script);
                File.SetUnixFileMode(Path.Combine(control, name), (UnixFileMode)0b111_101_101);
            }

            foreach ((string path, string content) in package.Files)
            {
                string target = Path.Combine(tree, path.TrimStart('/'));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                await File.WriteAllTextAsync(target, content);
            }

            (await CommandRunner.RunAsync(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, file])).Succeeded();
        }
        finally
        {
            Directory.Delete(tree, recursive: true);
        }
    }

    private string Line(AptSource source) => $"deb [trusted=yes] file:{seenAt} {source.Codename} main\n";

    private List<Listed> ListOf(AptSource source)
    {
        if (!_packages.TryGetValue(source, out List<Listed>? list))
        {
            _packages[source] = list = [];
        }

        return list;
    }

    private string PoolOf(AptSource source) => Directory.CreateDirectory(Path.Combine(directory, "pool", source.Codename)).FullName;

    private string Entry(Listed package)
    {
        byte[] content = File.ReadAllBytes(package.File);
        string path = Path.GetRelativePath(directory, package.File);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{package.Control}Filename: {path}\nSize: {content.Length}\nSHA256: {Hash(content)}\n\n");
    }

    /// <param name="Control">Of the list: what the package itself says, and what only a list says.</param>
    private sealed record Listed(string Architecture, string Control, string File);
}
