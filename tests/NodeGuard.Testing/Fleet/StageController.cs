namespace NodeGuard.Testing.Fleet;

/// <summary>One controller of a stage.</summary>
internal sealed class StageController
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CutOffApi _api;
    private readonly Task _work;

    public StageController(CutOffApi api, Func<CancellationToken, Task> run)
    {
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
    }
}
