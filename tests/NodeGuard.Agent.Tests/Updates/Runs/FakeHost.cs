using Microsoft.Win32.SafeHandles;
using NodeGuard.Agent.Updates.Runs;
using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Linux.Packages;

namespace NodeGuard.Agent.Tests.Updates.Runs;

/// <summary>A host with one package and a tool that does what a test says.</summary>
internal sealed class FakeHost : IUpdateTool, IHostState
{
    public List<string> Starts { get; } = [];

    public List<string> Repairs { get; } = [];

    public List<string> Forgotten { get; } = [];

    public UpdateUnitLook Unit { get; set; } = new(UpdateUnitState.Absent, null, "systemd knows no unit");

    public string? StartProblem { get; set; }

    public string? BootId { get; set; } = "boot-1";

    /// <summary>Null: dpkg cannot be asked.</summary>
    public string? Version { get; set; } = "1";

    public PackageState State { get; set; } = PackageState.Installed;

    /// <summary>Null: apt does not tell.</summary>
    public IReadOnlySet<string>? Automatic { get; set; } = new HashSet<string>();

    public HostHealth Health { get; set; } = new() { NetworkdRuns = true };

    public Task<string?> StartAsync(string runId, IReadOnlyList<WantedPackage> packages, SafeFileHandle log, CancellationToken cancellation)
    {
        if (StartProblem is null)
        {
            Starts.Add(runId);
            Unit = new(UpdateUnitState.Running, null, "at work");
            RandomAccess.Write(log, "Reading package lists...\n"u8, 0);
        }

        return Task.FromResult(StartProblem);
    }

    public async Task<string?> RepairAsync(string runId, SafeFileHandle log, CancellationToken cancellation)
    {
        Repairs.Add(runId);
        string? problem = await StartAsync(runId, [], log, cancellation);
        Starts.Remove(runId);
        return problem;
    }

    public Task<UpdateUnitLook> LookAsync(string runId, bool repairs, CancellationToken cancellation) => Task.FromResult(Unit);

    public Task ForgetAsync(string runId, CancellationToken cancellation)
    {
        Forgotten.Add(runId);
        return Task.CompletedTask;
    }

    public Task<DpkgStatus?> PackagesAsync(CancellationToken cancellation) => Task.FromResult(Version is null
        ? null
        : new DpkgStatus([new InstalledPackage("systemd", "amd64", Version) { Wish = PackageWish.Install, State = State }], []));

    public Task<IReadOnlySet<string>?> AutomaticAsync(IReadOnlyList<WantedPackage> packages, CancellationToken cancellation) => Task.FromResult(Automatic);

    public Task<HostHealth> HealthAsync(CancellationToken cancellation) => Task.FromResult(Health);

    public void End(string version, int status = 0) =>
        (Version, Unit) = (version, new(status == 0 ? UpdateUnitState.Succeeded : UpdateUnitState.Failed, status, $"/usr/bin/apt-get ended with status {status}"));
}
