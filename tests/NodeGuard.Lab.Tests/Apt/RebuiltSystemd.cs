using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Lab.Tests.Apt;

/// <summary>
/// A host's own systemd built anew in higher versions: the same files and the same maintainer scripts, which restart networkd,
/// from what dpkg knows of it; and with it whatever wants exactly its version.
/// </summary>
internal sealed class RebuiltSystemd
{
    public const string Package = "systemd";
    private const string Trees = "/srv/rebuilt";

    private readonly LabContainer _container;
    private readonly string _installed;

    private RebuiltSystemd(LabContainer container, string installed, IReadOnlyList<string> packages) =>
        (_container, _installed, Packages) = (container, installed, packages);

    /// <summary>Their names, systemd's first.</summary>
    public IReadOnlyList<string> Packages { get; }

    /// <summary>Takes the installed packages apart, in the container.</summary>
    public static async Task<RebuiltSystemd> TakeApartAsync(LabContainer container)
    {
        string installed = await container.ExecAsync("dpkg-query", "-W", "-f", "${Version}", Package);
        string[] tied = (await container.ShellAsync(
            $"dpkg-query -W -f '${{Package}} |, ${{Depends}}, ${{Pre-Depends}}\\n' | grep -F ', {Package} (= {installed})' | cut -d ' ' -f 1 || true"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var rebuilt = new RebuiltSystemd(container, installed, [Package, .. tied]);
        foreach (string package in rebuilt.Packages)
        {
            await container.ShellAsync(TakeApart(package));
        }

        return rebuilt;
    }

    /// <summary>The version that <see cref="BuildAsync"/> makes.</summary>
    public string Version(string suffix) => _installed + suffix;

    /// <param name="suffix">What the version has more, such as "+lab1".</param>
    /// <param name="last">What systemd's postinst does last, after all of its own.</param>
    /// <returns>The .deb files, on this host.</returns>
    public async Task<IReadOnlyList<string>> BuildAsync(string suffix, string last = "")
    {
        var files = new List<string>();
        foreach (string package in Packages)
        {
            string tree = $"{Trees}/{package}";
            string control = await _container.ReadFileAsync($"{tree}.control");
            await _container.WriteFileAsync(
                $"{tree}/DEBIAN/control",
                control.Replace($"\nVersion: {_installed}\n", $"\nVersion: {Version(suffix)}\n", StringComparison.Ordinal)
                    .Replace($" {Package} (= {_installed})", $" {Package} (= {Version(suffix)})", StringComparison.Ordinal));
            if (package == Package)
            {
                await _container.WriteFileAsync($"{tree}/DEBIAN/postinst", await _container.ReadFileAsync($"/var/lib/dpkg/info/{Package}.postinst") + last);
            }

            string built = $"{Trees}/{package}_{Version(suffix)}.deb";
            await _container.ExecAsync("dpkg-deb", "-Znone", "--build", tree, built);
            files.Add(_container.HostPath(built));
        }

        return files;
    }

    private static string TakeApart(string package) => $$"""
        tree={{Trees}}/{{package}}
        mkdir -p $tree/DEBIAN
        dpkg-query --listfiles {{package}} | grep '^/[a-z]' | while read -r path; do
            # /lib is a link on the host, and may be a directory in the package.
            if [ -d "$path" ] && { [ ! -L "$path" ] || [ "${path#/*/}" = "$path" ]; }; then
                mkdir -p "$tree$path"
            else
                printf '%s\n' "${path#/}"
            fi
        done > $tree.files
        tar -C / --no-recursion --no-unquote -cf - -T $tree.files | tar -C $tree -xpf -
        for file in /var/lib/dpkg/info/{{package}}.*; do
            [ "${file##*.}" = list ] || cp -p "$file" $tree/DEBIAN/"${file##*/{{package}}.}"
        done
        # What dpkg itself adds to the package's own fields.
        dpkg-query --status {{package}} | awk '/^[^ ]/ { own = !/^(Status|Conffiles):/ } own' > $tree.control
        """;
}
