using NodeGuard.Agent.Updates;
using NodeGuard.Agent.Updates.Ways;
using NodeGuard.Core.Updates;
using NodeGuard.Linux.Systemd.Bus;
using NodeGuard.Linux.Systemd.Config;
using NodeGuard.Linux.Systemd.Updates;

namespace NodeGuard.Cli.Updates;

/// <summary>The host that this program runs on.</summary>
internal sealed class LinuxUpdateHost : IUpdateHost
{
    private readonly HostRoot _root = new();
    private readonly SystemBus _bus = new(new BusOptions { Matches = [] });
    private readonly HoldPass _pass;

    private readonly TimeProvider _time;

    public LinuxUpdateHost(TimeProvider time)
    {
        _time = time;
        _pass = new HoldPass(_root, new LoadedUnits(_bus, time));
    }

    public bool IsReleased => _pass.IsReleased;

    public bool HasPermit => _pass.HasPermit;

    public Task<HoldPlan> PlanAsync(HoldWish wish, CancellationToken cancellation) => _pass.PlanAsync(wish, cancellation);

    public Task<HoldResult> RunAsync(HoldWish wish, CancellationToken cancellation) => _pass.RunAsync(wish, cancellation);

    public Task<WaysResult> PlanWaysAsync(WaysWish wish, string stateDirectory, CancellationToken cancellation) => Ways(stateDirectory).PlanAsync(wish, cancellation);

    public Task<WaysResult> RunWaysAsync(WaysWish wish, string stateDirectory, CancellationToken cancellation) => Ways(stateDirectory).RunAsync(wish, cancellation);

    public string? SetReleased(bool released)
    {
        string path = _root.Map(HoldFile.Released);
        try
        {
            if (!released)
                File.Delete(path);
            else if (!File.Exists(path))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, "A person released the hold of updates. Withdraw it with: nodeguard updates hold\n");
            }

            return null;
        }
        catch (DirectoryNotFoundException) when (!released)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} could not be {(released ? "written" : "removed")} ({e.Message}), so the agent was not told; run as root";
        }
    }

    public void Dispose() => _bus.Dispose();

    private WaysPass Ways(string stateDirectory) => new(_root, _root, stateDirectory, _time);
}
