namespace NodeGuard.Agent.Tests.Fakes;

internal static class Eventually
{
    /// <summary>Waits for a condition of another thread; the bound is for a loaded machine.</summary>
    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            if (patience.IsCancellationRequested)
            {
                throw new TimeoutException($"never came true: {what}");
            }

            await Task.Delay(5, CancellationToken.None);
        }
    }
}
