using NodeGuard.Kubernetes.Client;

namespace NodeGuard.Testing.Fleet;

/// <summary>One controller of a stage.</summary>
internal sealed class StageController
{
    private readonly CancellationTokenSource _stop = new();
    private readonly KubeClient _client;
    private readonly CutOffApi _api;
    private readonly Task _work;

    /// <param name="client">Its connections, which end with it.</param>
    /// <param name="api">The way over them.</param>
    /// <param name="run">Its work, until it is stopped.</param>
    public StageController(KubeClient client, CutOffApi api, Func<CancellationToken, Task> run)
    {
        _client = client;
        _api = api;
        _work = run(_stop.Token);
    }

    /// <summary>It goes on, and reaches nothing any more.</summary>
    public void CutOff() => _api.Cut();

    /// <summary>Calls get through again; watches that were cut end by themselves.</summary>
    public void Reconnect() => _api.Heal();

    public CutOffApi Api => _api;

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
    }
}
