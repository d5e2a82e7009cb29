using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Cluster;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Images;
using NodeGuard.Agent.Metrics;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Images;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Hosting.Loops;
using NodeGuard.Hosting.Metrics;
using NodeGuard.Linux.Images;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Images;

/// <summary>The loop on a prepared directory, with the kernel's own notifications.</summary>
public sealed class DriftLoopTests : IDisposable, ILogger
{
    private const string Bash = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n\n";

    private readonly TemporaryDirectory _host = new();
    private readonly PrometheusExposition _exposition = new();
    private readonly AgentMetrics _metrics;
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromSeconds(60));
    private readonly List<string> _logged = [];
    private readonly HostRoot _root;
    private readonly DriftLook _look;
    private readonly DriftLoop _loop;
    private Task _running = Task.CompletedTask;

    public DriftLoopTests()
    {
        _root = new HostRoot(_host.Path);
        Write("/etc/os-release", "ID=debian\nIMAGE_ID=node\nIMAGE_VERSION=1\n");
        Write("/var/lib/dpkg/status", Bash);
        Write("/etc/sysctl.d/90-node.conf", "kernel.panic=10\n");
        Write("/proc/sys/kernel/panic", "10\n");
        Write("/proc/sys/kernel/osrelease", "6.1.0\n");
        Write("/proc/cmdline", "ro quiet\n");
        Write("/etc/systemd/system/.keep", "");
        Write("/usr/lib/.keep", "");
        _metrics = new AgentMetrics(_exposition, "1");
        _look = new DriftLook(_root, _host.File("proc"), static () => [], TimeProvider.System);
        _loop = new DriftLoop(_look, _metrics, this, TimeProvider.System) { FirstPause = TimeSpan.Zero };
    }

    public void Dispose()
    {
        _stop.Cancel();
        _running.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        _loop.Dispose();
        _metrics.Dispose();
        _exposition.Dispose();
        _host.Dispose();
        _stop.Dispose();
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task Without_a_manifest_it_is_unknown_and_one_that_comes_is_seen()
    {
        Run();
        await Eventually.TrueAsync(() => _loop.Latest.LookedAt is not null, "the first look ended");
        _loop.Latest.State.ShouldBe(DriftState.Unknown);
        _loop.Latest.Message.ShouldContain("there is no manifest /usr/lib/nodeguard/image-manifest.json");
        _exposition.Write().ShouldNotContain("nodeguard_drift{");

        WriteManifest();

        await Eventually.TrueAsync(() => _loop.Latest.State == DriftState.None, "the manifest was seen");
        _exposition.Write().ShouldContain("nodeguard_drift{kind=\"package\"} 0\n");
    }

    [Fact]
    public async Task What_changes_is_told_as_it_happens_and_told_when_it_is_undone()
    {
        WriteManifest();
        Run();
        await Eventually.TrueAsync(() => _loop.Latest.State == DriftState.None, "the first look ended");

        Write("/var/lib/dpkg/status", Bash + "Package: nmap\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.93\n\n");
        await Eventually.TrueAsync(() => _loop.Latest.Total == 1, "the package was seen");
        Write("/etc/systemd/system/evil.service.d/x.conf", "[Service]\n");
        await Eventually.TrueAsync(() => _loop.Latest.Total == 2, "a file in a new directory was seen");

        _loop.Latest.Message.ShouldBe("This host differs from image node 1 in 2 things: package nmap:amd64 was added: 7.93; file /etc/systemd/system/evil.service.d/x.conf was added: 0644 sha256:40d8baaabac8.");
        string metrics = _exposition.Write();
        metrics.ShouldContain("nodeguard_drift{kind=\"package\"} 1\n");
        metrics.ShouldContain("nodeguard_drift_state{state=\"drifted\"} 1\n");
        metrics.ShouldContain("nodeguard_image_info{id=\"node\",version=\"1\"} 1\n");
        Write("/var/lib/dpkg/status", Bash);
        await Eventually.TrueAsync(() => _loop.Latest.Total == 1, "it was undone");
        Logged("drift: package nmap:amd64 was added: 7.93").ShouldBe(1);
        Logged("no drift any more: package nmap:amd64").ShouldBe(1);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_manifest_that_is_torn_makes_it_unknown_and_says_why()
    {
        WriteManifest();
        Run();
        await Eventually.TrueAsync(() => _loop.Latest.State == DriftState.None, "the first look ended");

        Write(ImageManifest.DefaultPath, "{\"schemaVersion\":1,");

        await Eventually.TrueAsync(() => _loop.Latest.State == DriftState.Unknown, "the torn manifest was seen");
        _loop.Latest.Message.ShouldContain("it is torn");
        _loop.Latest.Differences.ShouldBeEmpty();
    }

    [Fact]
    public void Sysctls_which_no_file_shows_are_compared_by_themselves()
    {
        WriteManifest();
        _look.Read(anew: false, static _ => { }).State.ShouldBe(DriftState.None);
        _look.HaveSysctlsChanged().ShouldBeFalse();

        Write("/proc/sys/kernel/panic", "0\n");

        _look.HaveSysctlsChanged().ShouldBeTrue();
        _look.Read(anew: false, static _ => { }).Message.ShouldContain("sysctl kernel.panic is 0, and the image has 10");
        _look.HaveSysctlsChanged().ShouldBeFalse();
    }

    [Fact]
    public void An_update_by_nodeguard_is_told_as_one()
    {
        WriteManifest();
        UpdateRun run = new()
        {
            Id = "20261122-1",
            By = "ops",
            Scope = UpdateScope.All,
            Wanted = [],
            Deadline = default,
            BootId = "b",
            BegunAt = default,
            Phase = UpdateRunPhase.Succeeded,
            PhaseSince = default,
            Message = "done",
            Health = new HostHealth(),
            Changes = [new PackageChange("bash", "amd64", "5.2-1", "5.2-2")],
        };
        var look = new DriftLook(_root, _host.File("proc"), () => [run], TimeProvider.System);
        Write("/var/lib/dpkg/status", Bash.Replace("5.2-1", "5.2-2", StringComparison.Ordinal));

        look.Read(anew: true, static _ => { }).Differences.ShouldHaveSingleItem().Cause.ShouldBe("nodeguard's update 20261122-1, wanted by ops");
    }

    [Fact]
    public void The_cluster_is_told_the_state_and_the_sentence()
    {
        WriteManifest();
        Write("/etc/sysctl.d/99-x.conf", "a=1\n");
        ImageDrift drift = _look.Read(anew: true, static _ => { });

        var status = ClusterReport.Of(new AgentView(new FakeGuard().Status, [], new HostFacts(), "runtime", "1.0", Drift: drift), null, DateTimeOffset.UnixEpoch);

        status.Drift!.State.ShouldBe("Drifted");
        status.Drift.Message.ShouldBe(drift.Message);
        ClusterReport.Of(new AgentView(new FakeGuard().Status, [], new HostFacts(), "runtime", "1.0"), null, DateTimeOffset.UnixEpoch).Drift.ShouldBeNull();
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_logged)
        {
            _logged.Add(formatter(state, exception));
        }
    }

    private int Logged(string beginning)
    {
        lock (_logged)
        {
            return _logged.Count(line => line.StartsWith(beginning, StringComparison.Ordinal));
        }
    }

    private void Run() => _running = _loop.RunAsync(new LoopHeartbeats(TimeProvider.System).Register("image-drift", TimeSpan.FromSeconds(30)), _stop.Token);

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.Map(path))!);
        // Whole, as dpkg does it: half a file would be seen for a moment.
        File.WriteAllText(_host.File("temporary"), content);
        File.Move(_host.File("temporary"), _root.Map(path), overwrite: true);
    }

    private void WriteManifest()
    {
        var reader = new HostImageReader(_root, _host.File("proc"), TimeProvider.System);
        HostImage host = reader.Read(new ImageScope(ManifestMaker.DefaultGuarded, [], null));
        (ImageManifest manifest, IReadOnlyList<string> missing) = ManifestMaker.Make(host, new ImageIdentity("node", "1") { Guarded = ManifestMaker.DefaultGuarded });
        missing.ShouldBeEmpty();
        Write(ImageManifest.DefaultPath, System.Text.Encoding.UTF8.GetString(ManifestWriter.Write(manifest)));
    }
}
