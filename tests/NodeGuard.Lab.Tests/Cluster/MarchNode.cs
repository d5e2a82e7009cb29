using NodeGuard.Lab.Tests.Apt;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Lab.Tests.Cluster;

/// <summary>A real node: a container with Debian's own unattended-upgrades, and with rules and routes that are not networkd's.</summary>
internal sealed class MarchNode(string name, UpdatableContainer host) : IAsyncDisposable
{
    /// <summary>What the figures of a flush are told for.</summary>
    public const int Rules = 250;
    public const int Routes = 250;

    private NetnsSnapshot? _whole;
    private FlushListener? _listener;

    public string Name { get; } = name;

    public UpdatableContainer Host { get; } = host;

    /// <summary>Sees what happens to the objects from <see cref="SeedAsync"/> on; nothing that NodeGuard says of itself enters.</summary>
    public FlushListener Listener => _listener ?? throw new InvalidOperationException($"{Name} has no foreign objects yet");

    /// <summary>Adds what a CNI would.</summary>
    public async Task SeedAsync()
    {
        _listener?.Dispose();
        _listener = await FlushListener.StartAsync(Host.Container.Leader);
        await ForeignObjects.SeedManyAsync(Host.Container, Rules, Routes);
        _whole = await NetnsSnapshot.TakeAsync(Host.Container);
    }

    /// <summary>Lines "- lost" and "+ appeared" since <see cref="SeedAsync"/>.</summary>
    public async Task<IReadOnlyList<string>> DifferencesAsync() => NetnsSnapshot.Diff(_whole!, await NetnsSnapshot.TakeAsync(Host.Container));

    public Task<string> SystemdAsync() => Host.InstalledAsync(RebuiltSystemd.Package);

    /// <summary>Waits until what the timer started has installed this version and has ended, and networkd has come to rest.</summary>
    public async Task UpdatedByTimerAsync(string version)
    {
        await Host.Container.UntilAsync(
            $"{UpdatableContainer.Service} to install systemd {version}",
            async () => (await Host.Container.TryExecAsync("systemctl", "is-active", UpdatableContainer.Service)).Output.Trim() is "inactive" or "failed"
                && (await Host.Container.TryExecAsync("dpkg-query", "-W", "-f", "${Version} ${db:Status-Status}", RebuiltSystemd.Package)).Output == $"{version} installed",
            TimeSpan.FromSeconds(120));
        await Host.Container.NetworkdSettledAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _listener?.Dispose();
        await Host.DisposeAsync();
    }
}
