using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Agent.Updates;
using NodeGuard.Core.Updates;
using NodeGuard.Linux.Systemd.Bus;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Agent.Tests.Updates;

/// <summary>A host made of files, with a systemd that knows of its units what they were at its last reload.</summary>
internal sealed class FilesHost : IDisposable
{
    public const string Unit = "apt-daily-upgrade.service";
    public const string Runtime = "/run/systemd/system/apt-daily-upgrade.service.d/zz-nodeguard.conf";
    public const string Persistent = "/etc/systemd/system/apt-daily-upgrade.service.d/zz-nodeguard.conf";

    private readonly TemporaryDirectory _root = new();
    private readonly Dictionary<string, string> _read = new(StringComparer.Ordinal);

    public FilesHost()
    {
        Root = new HostRoot(_root.Path);
        Write("/usr/lib/systemd/system/" + Unit, "[Service]\nType=oneshot\n");
        Write("/run/systemd/system/.keep", "");
        Write("/etc/systemd/system/.keep", "");
        TakeIn();
    }

    public HostRoot Root { get; }

    public int Reloads { get; private set; }

    /// <summary>What others wrote in a test.</summary>
    public HashSet<string> Written { get; } = new(StringComparer.Ordinal);

    public string ActiveState { get; set; } = "inactive";

    /// <summary>Up to 252 systemd does not see drop-ins in directories that are new to it.</summary>
    public bool IsOld { get; set; }

    /// <summary>The bus, or systemd behind it, is gone.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Calls of systemd until the process that makes them dies; null for never.</summary>
    public int? Life { get; set; }

    public HoldPass Pass => new(Root, LoadAsync, ReloadAsync);

    public void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Root.Map(path))!);
        File.WriteAllText(Root.Map(path), content);
    }

    public void Delete(string path) => File.Delete(Root.Map(path));

    public bool Exists(string path) => File.Exists(Root.Map(path));

    /// <summary>daemon-reload by somebody.</summary>
    public void TakeIn()
    {
        _read.Clear();
        foreach ((string path, string content) in DropIns())
        {
            _read[path] = content;
        }
    }

    /// <summary>Every file with its content, and every directory.</summary>
    public IReadOnlyList<string> Everything() =>
    [
        .. Directory.EnumerateFileSystemEntries(_root.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(path => File.Exists(path) ? $"{path[_root.Path.Length..]}={File.ReadAllText(path)}" : path[_root.Path.Length..])
            .Order(StringComparer.Ordinal),
    ];

    public void Dispose() => _root.Dispose();

    private Task<BusValue<LoadedUnit>> LoadAsync(string unit, CancellationToken cancellation)
    {
        Live();
        if (IsSilent)
        {
            return Task.FromResult<BusValue<LoadedUnit>>(new BusValue<LoadedUnit>.Unknown("nobody answers"));
        }

        return Task.FromResult<BusValue<LoadedUnit>>(new BusValue<LoadedUnit>.Known(new LoadedUnit
        {
            LoadState = "loaded",
            ActiveState = ActiveState,
            Holds = Holds(),
            DropInPaths = [.. _read.Keys.Where(path => !IsReplaced(path))],
            NeedsReload = !IsOld && !DropIns().OrderBy(pair => pair.Key, StringComparer.Ordinal).SequenceEqual(_read.OrderBy(pair => pair.Key, StringComparer.Ordinal)),
        }));
    }

    private Task<string?> ReloadAsync(CancellationToken cancellation)
    {
        Live();
        if (IsSilent)
        {
            return Task.FromResult<string?>("nobody answers");
        }

        Reloads++;
        TakeIn();
        return Task.FromResult<string?>(null);
    }

    private void Live()
    {
        if (Life is { } left && (Life = left - 1) < 0)
        {
            throw new OperationCanceledException("the process dies here");
        }
    }

    private bool Holds()
    {
        bool holds = false;
        foreach ((string path, string content) in _read.OrderBy(pair => Path.GetFileName(pair.Key), StringComparer.Ordinal))
        {
            if (!IsReplaced(path))
            {
                holds = (holds && !HoldFile.ClearsConditions(content)) || content.Contains("\nConditionPathExists=" + HoldFile.Permit, StringComparison.Ordinal);
            }
        }

        return holds;
    }

    private bool IsReplaced(string path) => path.StartsWith("/run/", StringComparison.Ordinal) && _read.ContainsKey("/etc" + path[4..]);

    private IEnumerable<KeyValuePair<string, string>> DropIns() =>
        new[] { "/etc", "/run" }
            .Select(top => $"{top}/systemd/system/{Unit}.d")
            .Where(directory => Directory.Exists(Root.Map(directory)))
            .SelectMany(directory => Root.Names(directory, ".conf").Select(name => $"{directory}/{name}"))
            .Select(path => KeyValuePair.Create(path, File.ReadAllText(Root.Map(path))));
}
