using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Agent.Updates.Ways;
using NodeGuard.Core.Updates;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Agent.Tests.Updates.Ways;

/// <summary>A host made of files, with apt, needrestart as Ubuntu has it, and cloud-init.</summary>
internal sealed class WaysHost : IDisposable
{
    private readonly TemporaryDirectory _root = new();
    private readonly TemporaryDirectory _state = new();
    private WaysPass? _pass;

    public WaysHost()
    {
        Root = new HostRoot(_root.Path);
        Write("/usr/bin/apt-get", "");
        Write("/etc/apt/apt.conf.d/01autoremove", "APT { };\n");
        Write("/usr/sbin/needrestart", "");
        Write("/etc/needrestart/needrestart.conf", "#$nrconf{restart} = 'i';\n");
        Write("/etc/needrestart/conf.d/README.needrestart", "\n");
        Write("/etc/os-release", "ID=ubuntu\nVERSION_ID=\"24.04\"\n");
        Write("/etc/cloud/cloud.cfg", "users: [default]\n");
        Write("/var/lib/cloud/instance/cloud-config.txt", "#cloud-config\npackage_upgrade: true\n");
        Write("/run/nodeguard/.keep", "");
    }

    public HostRoot Root { get; }

    public ManualTime Time { get; } = new();

    public string SnapdSocket => Root.Map("/run/snapd.socket");

    public string StateDirectory => _state.Path;

    public Task<WaysResult> RunAsync(HoldMode mode, bool gate = true)
    {
        _pass ??= new WaysPass(Root, Root, _state.Path, Time);
        return _pass.RunAsync(new WaysWish(mode, gate, "by a test"), CancellationToken.None);
    }

    public Task<WaysResult> PlanAsync(HoldMode mode) =>
        new WaysPass(Root, Root, _state.Path, Time).PlanAsync(new WaysWish(mode, true, "by a test"), CancellationToken.None);

    /// <summary>The agent starts anew.</summary>
    public void Forget() => _pass = null;

    public void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Root.Map(path))!);
        File.WriteAllText(Root.Map(path), content);
    }

    public bool Exists(string path) => File.Exists(Root.Map(path));

    /// <summary>Every file with its content.</summary>
    public IReadOnlyList<string> Everything() =>
    [
        .. Directory.EnumerateFiles(_root.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Where(path => path != SnapdSocket)
            .Select(path => $"{path[_root.Path.Length..]}={File.ReadAllText(path)}")
            .Order(StringComparer.Ordinal),
    ];

    public void Dispose()
    {
        _root.Dispose();
        _state.Dispose();
    }
}
