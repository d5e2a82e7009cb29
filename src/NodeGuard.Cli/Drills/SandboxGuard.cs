using NodeGuard.Agent.Guarding;

namespace NodeGuard.Cli.Drills;

/// <summary>The agent's guard thread, told that a socket of the sandbox is networkd's.</summary>
internal sealed class SandboxGuard : IDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("nodeguard-sandbox-");
    private readonly FlightMark _mark;
    private readonly GuardThread _thread;

    private SandboxGuard(uint networkd)
    {
        _mark = FlightMark.Open(Path.Combine(_state.FullName, "mark"));
        var authors = new NetlinkAuthors("/proc");
        authors.SetNetworkd([networkd]);
        _thread = new GuardThread(new GuardThreadOptions(), authors, _mark);
    }

    /// <summary>Comes back when the guard has read the kernel and guards.</summary>
    public static async Task<SandboxGuard> StartAsync(uint networkd, CancellationToken cancellation)
    {
        var guard = new SandboxGuard(networkd);
        try
        {
            guard._thread.Start();
            await guard._thread.Started.WaitAsync(cancellation);
            return guard;
        }
        catch
        {
            guard.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _thread.Dispose();
        _mark.Dispose();
        _state.Delete(recursive: true);
    }
}
