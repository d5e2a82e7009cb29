using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Linux.Systemd.Config;

/// <summary>Reads networkd.conf and .network files with their drop-ins, in the order in which networkd applies them.</summary>
public sealed class NetworkdConfReader(HostRoot root)
{
    private const int MaxDropIns = 1024;

    /// <summary>In order of precedence: of files with one name, the first directory's counts.</summary>
    private static readonly string[] Directories = ["/etc", "/run", "/usr/local/lib", "/usr/lib"];

    /// <summary>networkd's global settings. An unknown version counts as a recent one, which looks in more directories.</summary>
    public ConfigStack ReadGlobal(SystemdVersion? version)
    {
        var everywhere = version is not { } known || NetworkdBehaviour.ReadsMainFileOutsideEtc(known);
        var files = new List<ConfigFile>();
        foreach (var directory in everywhere ? Directories : ["/etc"])
        {
            var path = directory + "/systemd/networkd.conf";
            var text = root.Read(path);
            if (text is FileText.Missing)
                continue;
            files.Add(Parsed(path, text));
            break;
        }

        AddDropIns(files, "/systemd/networkd.conf.d");
        return new ConfigStack(files);
    }

    /// <param name="networkFile">The path that networkd reports, for example /run/systemd/network/10-eth0.network.</param>
    public ConfigStack ReadNetwork(string networkFile)
    {
        var text = root.Read(networkFile);
        List<ConfigFile> files =
        [
            text is FileText.Missing
                ? new ConfigFile(networkFile, [], $"{networkFile}: networkd uses it, but it is not there any more; run: networkctl reload")
                : Parsed(networkFile, text),
        ];
        AddDropIns(files, $"/systemd/network/{Path.GetFileName(networkFile)}.d");
        return new ConfigStack(files);
    }

    private void AddDropIns(List<ConfigFile> files, string folder)
    {
        var byName = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var unlisted = new List<ConfigFile>();
        foreach (var directory in Directories)
        {
            try
            {
                foreach (var name in root.Names(directory + folder, ".conf"))
                    byName.TryAdd(name, directory + folder + "/" + name);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Whatever is in there might sort last, so nothing that it could set is known.
                unlisted.Add(new ConfigFile(directory + folder, [],
                    $"{directory + folder}: could not be listed ({e.Message}); run as root, or make it readable"));
            }
        }

        foreach (var path in byName.Values.Take(MaxDropIns))
        {
            var text = root.Read(path);
            if (text is not FileText.Missing)
                files.Add(Parsed(path, text));
        }

        if (byName.Count > MaxDropIns)
            files.Add(new ConfigFile(folder, [], $"{folder}: more than {MaxDropIns} drop-ins; the rest was not read"));
        files.AddRange(unlisted);
    }

    private static ConfigFile Parsed(string path, FileText text) => text switch
    {
        FileText.Content content => UnitFileText.Parse(path, content.Text),
        FileText.Unreadable unreadable => new ConfigFile(path, [], unreadable.Problem),
        _ => new ConfigFile(path, []),
    };
}
