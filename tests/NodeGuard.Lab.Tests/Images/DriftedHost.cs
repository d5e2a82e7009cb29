using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Lab.Tests.Apt;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Lab.Tests.Images;

/// <summary>A container whose manifest was made before the agent came, with as many packages as a node has.</summary>
internal sealed class DriftedHost : IAsyncDisposable
{
    public const string Bypass = "lab-bypass", Other = "lab-other", Gone = "lab-gone", Plain = "lab-plain", Half = "lab-half";
    private const int Packages = 600;
    private const string Brought = "/opt/lab/nodeguard";
    private const string Before = "/var/tmp/before";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly UpdatableContainer _updatable;
    private readonly HttpClient _agent;

    private DriftedHost(UpdatableContainer updatable)
    {
        _updatable = updatable;
        _agent = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = new Uri("http://agent/") };
    }

    public LabContainer Container => _updatable.Container;

    /// <summary>The .deb of a package, as the container sees it.</summary>
    public static string Deb(string package) => $"/srv/apt/pool/{AptSource.Debian.Codename}/{package}_1_all.deb";

    /// <summary>What the first look, which reads everything, cost.</summary>
    public double FullLookMilliseconds { get; private set; }

    public static async Task<DriftedHost> StartAsync(LabSuite suite)
    {
        var host = new DriftedHost(await UpdatableContainer.BootAsync(suite));
        try
        {
            await host.PrepareAsync();
            await host.WriteManifestAsync();
            await host._updatable.InstallAgentAsync();
            JsonNode drift = await host.UntilAsync("the first look", static drift => drift["lookedAt"] is not null);
            host.FullLookMilliseconds = drift["cpuMilliseconds"]!.GetValue<double>();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the agent says of drift now.</summary>
    public async Task<JsonNode> DriftAsync() => JsonNode.Parse(await _agent.GetStringAsync(new Uri("v1/status", UriKind.Relative)))!["drift"]!;

    /// <summary>Waits for what the agent says; the exception tells what it said last.</summary>
    public async Task<JsonNode> UntilAsync(string what, Func<JsonNode, bool> condition, TimeSpan? timeout = null)
    {
        long started = Stopwatch.GetTimestamp();
        JsonNode? drift = null;
        while (true)
        {
            try
            {
                drift = await DriftAsync();
                if (condition(drift))
                {
                    return drift;
                }
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10))
            {
                // It serves once it guards.
            }

            if (Stopwatch.GetElapsedTime(started) > (timeout ?? TimeSpan.FromSeconds(30)))
            {
                throw new LabException($"waited in {Container.Name} for {what}, in vain; the agent says: {drift?.ToJsonString()}");
            }

            await Task.Delay(PollInterval);
        }
    }

    /// <summary>Whether this difference is told.</summary>
    public static bool Has(JsonNode drift, string kind, string name) => Find(drift, kind, name) is not null;

    public static JsonNode? Find(JsonNode drift, string kind, string name) => drift["differences"]!.AsArray()
        .FirstOrDefault(one => one!["kind"]!.ToString() == kind && one["name"]!.ToString() == name);

    /// <summary>Puts back every file and package that the changes of the tests touch.</summary>
    public Task UndoAsync() => Container.ShellAsync(
        $"""
        cd /etc
        for name in systemd apt sysctl.d udev modprobe.d modules-load.d cloud needrestart netplan os-release; do
            rm -rf "/etc/$name"
            if [ -e "{Before}/$name" ]; then cp -a "{Before}/$name" "/etc/$name"; fi
        done
        rm -f /run/systemd/system/cron.service /run/systemd/networkd.conf.d/96-lab.conf /usr/lib/systemd/networkd.conf.d/97-lab.conf
        export DEBIAN_FRONTEND=noninteractive
        dpkg --purge {Bypass} {Half} {Other}
        dpkg -i {Deb(Gone)} {Deb(Plain)}
        apt-get install -q -y --allow-downgrades {UpdatableContainer.Package}=1
        """);

    public Task<string> JournalAsync() => Container.ExecAsync("journalctl", "--no-pager", "--output=cat", $"--unit={UpdatableContainer.AgentUnit}");

    public async ValueTask DisposeAsync()
    {
        _agent.Dispose();
        await _updatable.DisposeAsync();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Container.ProcPath("/run/nodeguard/agent.sock")), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task PrepareAsync()
    {
        await PadAsync();
        await _updatable.PublishAsync(AptSource.Debian, [.. new[] { Bypass, Other, Gone, Plain, Half }.Select(static name => new DebPackage(name, "1"))]);
        await Container.ExecAsync("apt-get", "install", "-q", "-y", Gone, Plain);
        await Container.ShellAsync(
            """
            cp --remove-destination "$(readlink -f /etc/os-release)" /etc/os-release
            printf 'IMAGE_ID=lab\nIMAGE_VERSION=1\n' >> /etc/os-release
            mkdir -p /etc/sysctl.d /etc/systemd/networkd.conf.d /etc/modules-load.d /etc/udev/rules.d /etc/modprobe.d /etc/apt/preferences.d /etc/cloud/cloud.cfg.d /usr/lib/systemd/networkd.conf.d /run/systemd/networkd.conf.d
            printf 'net.ipv4.ip_forward=1\nnet.ipv4.conf.all.rp_filter=2\nnet.core.somaxconn=5000\n' > /etc/sysctl.d/90-lab.conf
            printf '# one\n' > /etc/sysctl.d/91-lab.conf
            printf '[Network]\nManageForeignRoutes=no\n' > /etc/systemd/networkd.conf.d/90-lab.conf
            printf '# none\n' | tee /etc/modules-load.d/lab.conf > /etc/udev/rules.d/90-lab.rules
            ln -s /usr/lib/systemd/system/cron.service /etc/systemd/system/lab.service
            ln -s /dev/null /etc/systemd/system/fwupd-refresh.timer
            /usr/lib/systemd/systemd-sysctl
            """);
    }

    private async Task WriteManifestAsync()
    {
        Container.Install(LabHost.NodeguardBinary(), Brought);
        await Container.ExecAsync(Brought, "image", "manifest", "--file", "/usr/lib/nodeguard/image-manifest.json", "--spdx", "/usr/share/os-manifests/package-manifest.spdx.json");
        await Container.ExecAsync(Brought, "image", "verify");
        await Container.ShellAsync($"mkdir -p {Before}; cd /etc; for name in systemd apt sysctl.d udev modprobe.d modules-load.d cloud needrestart netplan os-release; do if [ -e $name ]; then cp -a $name {Before}/; fi; done");
    }

    // dpkg takes the list of a package's files for missing where there is none, and says so for each.
    private async Task PadAsync()
    {
        string status = await Container.ReadFileAsync("/var/lib/dpkg/status");
        var more = new StringBuilder(status.TrimEnd('\n') + "\n");
        for (int i = status.Split("\nPackage: ").Length; i < Packages; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"lab-pad{i}");
            more.Append(CultureInfo.InvariantCulture, $"\nPackage: {name}\nStatus: install ok installed\nPriority: optional\nSection: misc\nMaintainer: Lab <lab@example.org>\nArchitecture: all\nVersion: 1.{i}-1\nDescription: one of many\n{string.Concat(Enumerable.Repeat($" {new string('x', 70)}\n", 10))}");
            await Container.WriteFileAsync($"/var/lib/dpkg/info/{name}.list", "");
        }

        await Container.WriteFileAsync("/var/lib/dpkg/status", more.ToString());
    }
}
