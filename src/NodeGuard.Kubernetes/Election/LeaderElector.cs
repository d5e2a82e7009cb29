using Microsoft.Extensions.Logging;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Election;

/// <summary>What one candidate would say of the election.</summary>
/// <param name="Holder">As last seen, whether or not it still lives; null before the first look.</param>
public sealed record ElectionStatus(bool Leading, string? Holder, string? LastFailure);

/// <summary>
/// Competes for a Lease of coordination.k8s.io/v1 and runs the leader's work while it is held. Works with client-go's
/// candidates on the same lease.
/// </summary>
public sealed partial class LeaderElector : IDisposable
{
    private readonly LeaderElectionOptions _options;
    private readonly LeaseWriter _lease;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Func<double> _roll;
    private readonly Sleeper _sleeper;
    private readonly RenewalBell _bell;
    private Candidate _candidate = new();
    private volatile Leadership? _leadership;
    private Task _work = Task.CompletedTask;
    private volatile bool _workEnded;
    private volatile string? _lastFailure;

    /// <param name="clock">Its timestamps must go on while the machine sleeps: <see cref="BoottimeClock"/>.</param>
    /// <param name="random">Numbers in [0, 1) that spread the candidates' looks; null for the framework's own.</param>
    /// <exception cref="ArgumentException">The times cannot keep two leaders apart.</exception>
    public LeaderElector(
        IKubeApi api, LeaderElectionOptions options, TimeProvider clock, ILogger log, Func<double>? random = null)
    {
        if (options.Times.Error() is { } error)
            throw new ArgumentException($"leader election on lease {options.Lease}: {error}", nameof(options));
        _options = options;
        _clock = clock;
        _log = log;
        _roll = random ?? Random.Shared.NextDouble;
        _lease = new(api, options, clock);
        _sleeper = new(clock);
        _bell = new(_sleeper);
    }

    public ElectionStatus Status =>
        new(_leadership is { Left.Ticks: > 0 }, Volatile.Read(ref _candidate).Seen?.Holder, _lastFailure);

    /// <summary>
    /// Competes until <paramref name="stop"/>; each time that the lease is won, runs <paramref name="lead"/> until the term is
    /// lost. Ends, with the lease released, when asked to stop or when the work ends by itself; the work's failure is thrown.
    /// </summary>
    public async Task RunAsync(Func<Leadership, Task> lead, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested && !_workEnded)
            {
                await StepAsync(lead, stop);
                await SleepAsync(stop);
            }

            await EndTermAsync();
        }
        finally
        {
            await ReleaseAsync();
        }
    }

    public void Dispose() => _leadership?.Dispose();

    private TimeSpan Now => SteadyTime.Now(_clock);

    private async Task StepAsync(Func<Leadership, Task> lead, CancellationToken stop)
    {
        ElectionStep step = ElectionRules.Due(_candidate, Now);
        if (step == ElectionStep.Read)
            step = await ReadAsync(stop);
        switch (step)
        {
            case ElectionStep.Acquire or ElectionStep.Renew:
                await WriteAsync(lead, stop);
                break;
            case ElectionStep.StepDown:
                TermLost(_log, _options.Lease, _options.Identity, _candidate.Seen?.Holder ?? "nobody");
                Set(ElectionRules.SteppedDown(_candidate, _options.Times, Now, _roll()));
                await EndTermAsync();
                break;
        }
    }

    private async Task<ElectionStep> ReadAsync(CancellationToken stop)
    {
        ApiResult<LeaseRecord?>? answer = await InTimeAsync(_lease.ReadAsync, stop);
        if (answer is not ApiResult<LeaseRecord?>.Ok ok)
        {
            CallFailed("reading", (answer as ApiResult<LeaseRecord?>.Failed)?.Failure);
            return ElectionStep.Wait;
        }

        _lastFailure = null;
        Set(ElectionRules.Saw(_candidate, ok.Value, Now));
        ElectionStep step = ElectionRules.AfterRead(_candidate, _options.Identity, _options.Times, Now);
        if (step == ElectionStep.Wait)
            Set(ElectionRules.Waits(_candidate, _options.Times, Now, _roll()));
        return step;
    }

    private async Task WriteAsync(Func<Leadership, Task> lead, CancellationToken stop)
    {
        IReadOnlyList<TaskCompletionSource> rung = _bell.Begin();
        TimeSpan sent = Now;
        ApiResult<LeaseRecord>? answer = await InTimeAsync(_lease.TakeAsync, stop);
        switch (answer)
        {
            case ApiResult<LeaseRecord>.Ok ok:
                _lastFailure = null;
                Set(ElectionRules.Wrote(_candidate, ok.Value, _options.Times, sent, Now));
                Hold(lead, ok.Value.Transitions);
                break;
            case ApiResult<LeaseRecord>.Failed
            {
                Failure.Kind: ApiFailureKind.Conflict or ApiFailureKind.AlreadyExists or ApiFailureKind.NotFound
            }:
                Set(ElectionRules.LostRace(_candidate, Now));
                break;
            default:
                CallFailed("writing", (answer as ApiResult<LeaseRecord>.Failed)?.Failure);
                break;
        }

        RenewalBell.Answer(rung);
    }

    /// <summary>Starts the work of a term, or makes the term longer.</summary>
    private void Hold(Func<Leadership, Task> lead, int term)
    {
        TimeSpan until = _candidate.LeadsUntil!.Value;
        // The answer came after the term that it gives.
        if (Now >= until)
            return;
        if (_leadership is { } held)
        {
            held.Renewed(until);
            return;
        }

        TermWon(_log, _options.Lease, _options.Identity, term);
        var token = new FencingToken(_options.Lease, _options.Identity, term);
        _leadership = new(token, _clock, _bell, _options.Times.RenewDeadline / 3, until);
        _work = WorkAsync(lead, _leadership);
    }

    private async Task WorkAsync(Func<Leadership, Task> lead, Leadership leadership)
    {
        try
        {
            await lead(leadership);
        }
        finally
        {
            // Work that ends because its term was lost is no reason to stop competing.
            _workEnded = !leadership.Lost.IsCancellationRequested;
            _sleeper.Wake();
        }
    }

    /// <summary>Ends when the term's work has ended: we do not compete while something of ours may still act.</summary>
    private async Task EndTermAsync()
    {
        if (_leadership is not { } ending)
            return;
        ending.End();
        RenewalBell.Answer(_bell.Begin());
        try
        {
            await _work;
        }
        catch (OperationCanceledException) when (ending.Lost.IsCancellationRequested)
        {
            // As told.
        }
        finally
        {
            _leadership = null;
            ending.Dispose();
        }
    }

    /// <summary>Best effort: a lease that is not given back ends by itself.</summary>
    private async Task ReleaseAsync()
    {
        if (_candidate.LeadsUntil is not { } until || Now >= until)
            return;
        // The stop may have cut off a renewal, and the server may have taken it.
        if (_candidate.MustRead)
        {
            ApiResult<LeaseRecord?>? found = await InTimeAsync(_lease.ReadAsync, CancellationToken.None);
            if (found is not ApiResult<LeaseRecord?>.Ok { Value.Holder: { } holder } || holder != _options.Identity)
                return;
        }

        ApiResult<LeaseRecord>? answer = await InTimeAsync(_lease.ReleaseAsync, CancellationToken.None);
        Set(_candidate with { LeadsUntil = null, MustRead = true });
        if (answer is not ApiResult<LeaseRecord>.Ok)
            CallFailed("releasing", (answer as ApiResult<LeaseRecord>.Failed)?.Failure);
    }

    private async Task SleepAsync(CancellationToken stop)
    {
        TimeSpan wait = ElectionRules.WakeAt(_candidate) - Now;
        if (wait <= TimeSpan.Zero || stop.IsCancellationRequested)
            return;
        await _sleeper.SleepAsync(wait, stop);
        if (_bell.HasRung)
            Set(_candidate with { NextCall = Now });
    }

    /// <summary>Null when there was no answer in time. Two tries fit into a term, and none outlives it.</summary>
    private async Task<TAnswer?> InTimeAsync<TAnswer>(Func<CancellationToken, Task<TAnswer>> call, CancellationToken stop)
        where TAnswer : class
    {
        TimeSpan patience = _options.Times.RenewDeadline / 2;
        if (_candidate.LeadsUntil is { } until && until - Now < patience)
            patience = until - Now;
        if (patience <= TimeSpan.Zero)
            return null;
        using var timeout = new CancellationTokenSource(patience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private void CallFailed(string what, ApiFailure? failure)
    {
        _lastFailure = failure?.Message ?? $"{what} lease {_options.Lease}: no answer in time";
        Set(ElectionRules.CallFailed(_candidate, _options.Times, Now, _roll()));
        LeaseCallFailed(_log, what, _options.Lease, _lastFailure);
    }

    private void Set(Candidate candidate) => Volatile.Write(ref _candidate, candidate);

    [LoggerMessage(1, LogLevel.Information, "lease {Lease}: {Identity} leads, term {Term}")]
    private static partial void TermWon(ILogger log, ObjectName lease, string identity, int term);

    [LoggerMessage(2, LogLevel.Warning, "lease {Lease}: {Identity} leads no more; last seen holder: {Holder}")]
    private static partial void TermLost(ILogger log, ObjectName lease, string identity, string holder);

    [LoggerMessage(3, LogLevel.Warning, "{What} lease {Lease} failed: {Message}")]
    private static partial void LeaseCallFailed(ILogger log, string what, ObjectName lease, string message);
}
