using NodeGuard.Core.Updates.Ways;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Agent.Updates.Ways;

/// <summary>cloud-init's configuration on a host: the image's, and what the cloud gave this instance.</summary>
/// <param name="root">Of the host.</param>
internal sealed class CloudInitFiles(HostRoot root)
{
    private const string Main = "/etc/cloud/cloud.cfg";
    private const string Directory = "/etc/cloud/cloud.cfg.d";
    private const string Instance = "/var/lib/cloud/instance";

    /// <summary>What the cloud gave, and what cloud-init made of it: the later counts.</summary>
    private static readonly string[] Given = ["user-data.txt", "cloud-config.txt"];

    /// <summary>Left by the module that installs packages, under today's name and an older one.</summary>
    private static readonly string[] Done = ["config_package_update_upgrade_install", "config_package-update-upgrade-install"];

    private static readonly Dictionary<string, bool> Nothing = [];

    public CloudInitInput Read()
    {
        if (!root.Exists(Main) && !root.Exists("/usr/bin/cloud-init"))
            return new CloudInitInput(false, [], false);
        List<CloudConfigFile> files = [.. Paths().Select(Read).OfType<CloudConfigFile>()];
        if (!root.Exists("/var/lib"))
        {
            files.Add(Unknown(Instance, $"{Instance} is not in sight: this process has no /var/lib of the host"));
            return new CloudInitInput(true, files, false);
        }

        // It may be a link to below the host's root, which is elsewhere here.
        string? instance = root.Resolve(Instance);
        files.AddRange(Given.Select(name => ReadGiven($"{instance}/{name}")).OfType<CloudConfigFile>());
        return new CloudInitInput(true, files, Done.Any(name => root.Exists($"{instance}/sem/{name}")));
    }

    private IEnumerable<string> Paths()
    {
        yield return Main;
        IReadOnlyList<string> names;
        try
        {
            names = root.Names(Directory, ".cfg");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            names = [""];
        }

        foreach (string name in names)
            yield return $"{Directory}/{name}";
    }

    private CloudConfigFile? Read(string path) => root.Read(path) switch
    {
        FileText.Content content => CloudConfigReader.Read(path, content.Text),
        FileText.Unreadable unreadable => Unknown(path, unreadable.Problem),
        _ => null,
    };

    /// <summary>User data may be a script, an archive or another thing; what it comes to is in cloud-config.txt.</summary>
    private CloudConfigFile? ReadGiven(string path) => root.Read(path) switch
    {
        FileText.Content content => content.Text.StartsWith("#cloud-config", StringComparison.Ordinal) ? CloudConfigReader.Read(path, content.Text) : null,
        FileText.Unreadable unreadable => Unknown(path, unreadable.Problem),
        _ => null,
    };

    private static CloudConfigFile Unknown(string path, string problem) => new(path, Nothing, problem);
}
