using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeGuard.Lab.Tests.Lab;

/// <summary>
/// A booted systemd container with a writable layer of its own. Its link `host0` (10.77.0.2/24, 2001:db8:77::2/64) is
/// configured by its networkd; `peer0` (.1) is the other end, in the network namespace <see cref="PeerNamespace"/>.
/// </summary>
public sealed partial class LabContainer : IAsyncDisposable
{
    private static int s_count;
    private readonly string _directory;
    private readonly string _newestRoot;

    private LabContainer(LabSuite suite, string name, int leader, string newestRoot)
    {
        Suite = suite;
        Name = name;
        Leader = leader;
        _newestRoot = newestRoot;
        _directory = Path.Combine("/run/nodeguard-lab", name);
    }

    public LabSuite Suite { get; }

    public string Name { get; }

    /// <summary>Its PID 1, as this host numbers it; another one after a reboot.</summary>
    public int Leader { get; private set; }

    public string PeerNamespace => $"nglab-{Name}";

    public static async Task<LabContainer> BootAsync(LabSuite suite)
    {
        LabHost.RequireRoot();
        string newestRoot = await LabHost.RootFileSystemAsync(LabSuite.Trixie);
        string name = string.Create(
            CultureInfo.InvariantCulture,
            $"{suite.Name}-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");
        string leader = (await LabHost.LabAsync("up", suite.Name, name)).Succeeded();
        return new LabContainer(suite, name, int.Parse(leader, CultureInfo.InvariantCulture), newestRoot);
    }

    /// <summary>The file's path on this host: writing there writes inside, but not under /run, /tmp and /dev, which are mounts of the container.</summary>
    public string HostPath(string path) => Path.Combine(_directory, "root", path.TrimStart('/'));

    /// <summary>The file's path on this host, through the container's own mounts.</summary>
    public string ProcPath(string path) => $"/proc/{Leader}/root{path}";

    public Task<CommandResult> TryExecAsync(params string[] argv) => CommandRunner.RunAsync(Inside(argv));

    /// <returns>The command's output; throws when it fails.</returns>
    public async Task<string> ExecAsync(params string[] argv) => (await TryExecAsync(argv)).Succeeded();

    /// <summary>A command of the newest suite's root file system in the network namespace of the peer.</summary>
    public Process StartAtPeer(params string[] argv) =>
        CommandRunner.Start(["ip", "netns", "exec", PeerNamespace, "chroot", _newestRoot, .. argv]);

    public async Task<string> ShellAsync(string script) => await ExecAsync("/bin/sh", "-ec", script);

    /// <summary>A command inside that outlives this call; the caller ends it.</summary>
    public Process StartInside(params string[] argv) => CommandRunner.Start(Inside(argv));

    /// <summary>
    /// The newest iproute2 of the lab in the container's network: one dialect for all suites, older ones lack kinds of objects.
    /// </summary>
    public Task<CommandResult> TryIpAsync(params string[] arguments) => CommandRunner.RunAsync(NewestIp(arguments));

    public async Task<string> IpAsync(params string[] arguments) => (await TryIpAsync(arguments)).Succeeded();

    /// <summary>`ip -batch` of the lines: `family` is "-4", "-6" or "-0" for none; throws, naming each line that failed.</summary>
    public async Task IpBatchAsync(string family, IEnumerable<string> lines)
    {
        string[] batch = [.. lines];
        string[] options = family == "-0" ? ["-force", "-batch", "-"] : [family, "-force", "-batch", "-"];
        CommandResult result = await CommandRunner.RunAsync(NewestIp(options), input: string.Join('\n', batch) + "\n");
        if (result.ExitCode != 0)
        {
            IEnumerable<string> failed = FailedLine().Matches(result.Error)
                .Select(match => batch[int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) - 1]);
            throw new LabException($"`ip` in {Name} was to take all lines and refused: {string.Join("; ", failed)}; it said: {result.Error.Trim()}");
        }
    }

    public Task<CommandResult> PeerAsync(params string[] argv) =>
        CommandRunner.RunAsync(["ip", "netns", "exec", PeerNamespace, .. argv]);

    /// <summary>A veth pair: <paramref name="name"/> inside, its other end in <see cref="PeerNamespace"/>.</summary>
    public async Task AddLinkAsync(string name, string peerName)
    {
        string leader = Leader.ToString(CultureInfo.InvariantCulture);
        (await CommandRunner.RunAsync(
            ["ip", "-n", PeerNamespace, "link", "add", peerName, "type", "veth", "peer", "name", name, "netns", leader])).Succeeded();
        (await CommandRunner.RunAsync(["ip", "-n", PeerNamespace, "link", "set", peerName, "up"])).Succeeded();
    }

    public async Task WriteFileAsync(string path, string content)
    {
        string target = ProcPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await File.WriteAllTextAsync(target, content);
    }

    public Task<string> ReadFileAsync(string path) => File.ReadAllTextAsync(ProcPath(path));

    /// <summary>Copies a program of this host into the container, executable.</summary>
    public void Install(string hostFile, string path)
    {
        string target = ProcPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(hostFile, target, overwrite: true);
        File.SetUnixFileMode(target, (UnixFileMode)0b111_101_101);
    }

    /// <summary>Waits until it has gone down for a reboot of its own, and is up again on the same files.</summary>
    public async Task RebootedAsync() => Leader = int.Parse((await LabHost.LabAsync("again", Name)).Succeeded(), CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync() => (await LabHost.LabAsync("down", Name)).Succeeded();

    [GeneratedRegex(@"Command failed -:(\d+)")]
    private static partial Regex FailedLine();

    private string[] Inside(string[] argv) =>
    [
        "nsenter", "--target", Leader.ToString(CultureInfo.InvariantCulture),
        "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd", "--", .. argv,
    ];

    private string[] NewestIp(string[] arguments) =>
    [
        "nsenter", "--target", Leader.ToString(CultureInfo.InvariantCulture), "--net", $"--root={_newestRoot}", "--", "ip", .. arguments,
    ];
}
