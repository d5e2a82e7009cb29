
namespace NodeGuard.Hosting.Http;

/// <summary>What the agent uses but does not need to keep the node alive; asked only by people and black-box checks.</summary>
public sealed class DependencyChecks(TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly List<(string Name, Func<CancellationToken, Task<DependencyAnswer>> Ask)> _checks = [];

    public void Add(string name, Func<CancellationToken, Task<DependencyAnswer>> ask)
    {
        lock (_gate)
        {
            _checks.Add((name, ask));
        }
    }

    public async Task<DependencyReport> AskAllAsync(CancellationToken cancellation)
    {
        (string Name, Func<CancellationToken, Task<DependencyAnswer>> Ask)[] checks;
        lock (_gate)
        {
            checks = [.. _checks];
        }

        return new DependencyReport(await Task.WhenAll(checks.Select(check => AskAsync(check.Name, check.Ask, cancellation))));
    }

    private async Task<DependencyStatus> AskAsync(
        string name, Func<CancellationToken, Task<DependencyAnswer>> ask, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            // WaitAsync: a check that ignores its token must not hold the answer back.
            DependencyAnswer answer = await Task.Run(() => ask(both.Token), both.Token).WaitAsync(both.Token);
            return new DependencyStatus(name, answer.State, answer.Detail);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new DependencyStatus(name, DependencyState.Unknown, $"no answer within {Patience.TotalSeconds} s");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new DependencyStatus(name, DependencyState.Unknown, $"the check itself failed: {e.Message}");
        }
    }
}

/// <param name="State">Ok only when it was seen to work.</param>
/// <param name="Detail">One sentence: what was found and, unless ok, what to do.</param>
public sealed record DependencyAnswer(DependencyState State, string Detail);
