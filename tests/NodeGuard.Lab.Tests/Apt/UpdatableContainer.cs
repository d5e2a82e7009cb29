using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Lab.Tests.Apt;

/// <summary>A container with unattended-upgrades as Debian ships it, and one package of which a security update can be published.</summary>
public sealed class UpdatableContainer : IAsyncDisposable
{
    public const string Service = "apt-daily-upgrade.service";
    public const string Timer = "apt-daily-upgrade.timer";
    public const string AgentUnit = "nodeguard-agent.service";
    public const string Package = "lab-updated";
    private const string Brought = "/opt/nodeguard";

    private readonly AptRepository _repository;

    private UpdatableContainer(LabContainer container)
    {
        Container = container;
        _repository = AptRepository.In(container);
    }

    public LabContainer Container { get; }

    /// <summary>Boots; version 1 is installed, and 2 is pending.</summary>
    public static async Task<UpdatableContainer> BootAsync(LabSuite suite)
    {
        UpdatableContainer updatable = await BootWithoutPackagesAsync(suite);
        await updatable._repository.AddAsync(AptSource.Debian, new DebPackage(Package, "1"));
        await updatable.PublishAsync("2");
        await updatable.Container.ExecAsync("apt-get", "install", "-q", "-y", $"{Package}=1");
        return updatable;
    }

    /// <summary>Boots with archives that are empty so far.</summary>
    public static async Task<UpdatableContainer> BootWithoutPackagesAsync(LabSuite suite)
    {
        var updatable = new UpdatableContainer(await LabContainer.BootAsync(suite));
        LabContainer container = updatable.Container;
        // The lab's roots mask the timer; the stamp would make every run but the first of a day do nothing.
        await container.ShellAsync($"rm -f /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/systemd/system/{Timer}");
        await container.WriteFileAsync(
            "/etc/apt/apt.conf.d/99lab",
            "APT::Periodic::Enable \"1\";\nAPT::Periodic::Unattended-Upgrade \"always\";\n"
            + "#clear Unattended-Upgrade::Origins-Pattern;\nUnattended-Upgrade::Origins-Pattern { \"origin=Debian,label=Debian-Security\"; };\n");
        await container.WriteFileAsync(
            $"/etc/systemd/system/{Timer}.d/lab.conf", "[Timer]\nOnCalendar=\nOnCalendar=*:*:*\nRandomizedDelaySec=0\nAccuracySec=1ms\nPersistent=no\n");
        await container.ExecAsync("systemctl", "daemon-reload");
        return updatable;
    }

    public Task PublishAsync(string version) => PublishAsync(AptSource.Security, new DebPackage(Package, version));

    public async Task PublishAsync(AptSource source, params DebPackage[] packages)
    {
        await _repository.AddAsync(source, packages);
        await PublishAsync();
    }

    /// <summary>Security updates that are built already.</summary>
    /// <param name="files">.deb files of this host.</param>
    public async Task PublishFilesAsync(IEnumerable<string> files)
    {
        await _repository.AddFilesAsync(AptSource.Security, files);
        await PublishAsync();
    }

    public Task<string> InstalledAsync(string package = Package) => Container.ExecAsync("dpkg-query", "-W", "-f", "${Version}", package);

    /// <summary>Comes back when the service has ended, or was not started for want of its condition.</summary>
    public Task UpdateAsync() => Container.ExecAsync("systemctl", "start", Service);

    /// <summary>Starts the timer, which elapses each second, and waits until it has.</summary>
    public async Task LetTimerElapseAsync()
    {
        string before = await LastTriggerAsync();
        await Container.ExecAsync("systemctl", "start", Timer);
        // A package that it installs may have systemd execute itself anew, which then answers nobody for a moment.
        await Container.UntilAsync("the timer to elapse", async () => await LastTriggerAsync() is { Length: > 0 } last && last != before);
        await Container.UntilAsync("the timer to stop", async () => (await Container.TryExecAsync("systemctl", "stop", Timer)).ExitCode == 0);
    }

    /// <summary>What systemd said of its condition when the service was to start last: yes or no.</summary>
    public Task<string> ConditionAsync() => Container.ExecAsync("systemctl", "show", "--property=ConditionResult", "--value", Service);

    /// <summary>Every file of the host's own configuration that the hold may touch: type, mode, owner, content.</summary>
    public Task<string> FilesAsync() => Container.ShellAsync(
        "find /etc/systemd /run/systemd/system /run/systemd/network /run/systemd/networkd.conf.d /etc/apt -printf '%y %m %U %p %l\\n' 2>/dev/null | sort;"
        + " find /etc/systemd /run/systemd/system /etc/apt -type f -exec sha256sum {} + | sort -k2");

    /// <param name="environment">Variables of the agent.</param>
    /// <param name="lines">More of the unit's [Service].</param>
    public async Task InstallAgentAsync(string environment = "", params string[] lines)
    {
        Container.Install(LabHost.NodeguardBinary(), $"{Brought}/nodeguard");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(LabHost.RepositoryRoot, "deploy", "systemd")))
        {
            await Container.WriteFileAsync($"{Brought}/{Path.GetFileName(file)}", await File.ReadAllTextAsync(file));
        }

        if (environment.Length > 0)
        {
            await Container.WriteFileAsync($"/etc/systemd/system/{AgentUnit}.d/lab.conf", $"[Service]\nEnvironment={environment}\n{string.Concat(lines.Select(static line => line + '\n'))}");
        }

        await Container.ExecAsync("sh", $"{Brought}/install.sh", $"{Brought}/nodeguard");
    }

    public Task UninstallAgentAsync() => Container.ExecAsync("sh", $"{Brought}/uninstall.sh");

    /// <summary>Waits until the agent says this of the unit: held, running, foreignDropIn, ….</summary>
    public Task UntilAsync(string unit, string state) => Container.UntilAsync(
        $"{unit} to be {state}", async () => (await StatesAsync()).Contains($"{unit}={state}", StringComparison.Ordinal));

    /// <summary>Of each unit that the agent knows.</summary>
    public async Task<string> StatesAsync()
    {
        CommandResult list = await Container.TryExecAsync("nodeguard", "updates", "list", "-o", "json");
        using var status = System.Text.Json.JsonDocument.Parse(list.Output);
        return string.Join(' ', status.RootElement.GetProperty("units").EnumerateArray()
            .Select(unit => $"{unit.GetProperty("unit").GetString()}={unit.GetProperty("state").GetString()}"));
    }

    /// <summary>Waits until the agent says this of what installs or restarts besides the units: apt, needrestart, snap, cloudInit.</summary>
    public Task UntilWayAsync(string way, string state) => Container.UntilAsync($"{way} to be {state}", async () =>
    {
        CommandResult list = await Container.TryExecAsync("nodeguard", "updates", "list", "-o", "json");
        using var status = System.Text.Json.JsonDocument.Parse(list.Output);
        // Of the agent, and not of a look past one that does not answer yet.
        return status.RootElement.TryGetProperty("mode", out _) && status.RootElement.GetProperty("ways").EnumerateArray()
            .Any(each => each.GetProperty("way").GetString() == way && each.GetProperty("state").GetString() == state);
    });

    /// <summary>Real packages of the suite, fetched over this host's network: the container has none.</summary>
    public async Task InstallFromDebianAsync(params string[] packages)
    {
        const string Sources = "/var/tmp/debian.list";
        await Container.WriteFileAsync(Sources, $"deb http://deb.debian.org/debian {Container.Suite.Name} main\n");
        // A resolver that the container itself cannot reach would have it wait for names later.
        await Container.ShellAsync("mv /etc/resolv.conf /etc/resolv.conf.lab 2>/dev/null || true");
        await Container.WriteFileAsync("/etc/resolv.conf", await File.ReadAllTextAsync("/etc/resolv.conf"));
        string apt = $"apt-get -q -o Dir::Etc::SourceList={Sources} -o Dir::Etc::SourceParts=/dev/null -o DPkg::Lock::Timeout=60";
        string script = $"{apt} update && DEBIAN_FRONTEND=noninteractive {apt} install -y --no-install-recommends {string.Join(' ', packages)}";
        (await CommandRunner.RunAsync(
            ["nsenter", "--target", $"{Container.Leader}", "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--root", "--wd", "--", "/bin/sh", "-ec", script])).Succeeded();
        await Container.ShellAsync("rm /etc/resolv.conf; mv /etc/resolv.conf.lab /etc/resolv.conf 2>/dev/null || true");
        await PublishAsync();
    }

    public ValueTask DisposeAsync() => Container.DisposeAsync();

    private async Task<string> LastTriggerAsync() =>
        (await Container.TryExecAsync("systemctl", "show", "--property=LastTriggerUSec", "--value", Timer)).Output.Trim();

    private async Task PublishAsync()
    {
        _repository.Publish();
        await Container.WriteFileAsync("/etc/apt/sources.list", _repository.SourcesList);
        await Container.ExecAsync("apt-get", "update", "-q");
    }
}
