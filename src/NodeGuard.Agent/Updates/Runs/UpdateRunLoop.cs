using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Hosting;
using NodeGuard.Core.Images;
using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Hosting.Loops;
using NodeGuard.Linux.Images;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Agent.Updates.Runs;

/// <summary>Begins updates that somebody wishes, and follows them, also those of an earlier agent.</summary>
public sealed partial class UpdateRunLoop(
    UpdateRunStore store, UpdateRunner runner, IPendingUpdates pending, IHostState host, TimeProvider time, ILogger log) : IUpdateRuns, IDisposable
{
    private const int LogLimit = 64 * 1024;
    private const int LongestId = 64;
    private const int AptRuns = 20;

    // Whoever wishes an update is there to see it: what could not be started by then is not started behind their back.
    private static readonly TimeSpan MayWait = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan WhileRunning = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly WakeSignal _wake = new();
    private readonly HostState? _owned;

    private UpdateRunLoop(UpdateRunStore store, HostState host, IPendingUpdates pending, TimeProvider time, ILogger log)
        : this(store, new UpdateRunner(store, host.Tool, host, time, log), pending, host, time, log) => _owned = host;

    /// <summary>For the host that this agent guards.</summary>
    /// <param name="surroundings">Of the guard.</param>
    /// <param name="guard">Knows the routes.</param>
    /// <param name="pending">Knows what is to be installed.</param>
    public static UpdateRunLoop For(GuardSurroundings surroundings, IRouteGuard guard, PendingLoop pending)
    {
        AgentOptions options = surroundings.Options;
        var root = new HostRoot(options.Cluster?.HostRoot is { Length: > 0 } mounted ? mounted : "/");
        return new UpdateRunLoop(
            new UpdateRunStore(options.StateDirectory), new HostState(guard, root, options.ProcRoot, surroundings.Time), pending, surroundings.Time,
            surroundings.Loggers.CreateLogger("update-runs"))
        {
            Apt = new AptHistoryFile(root).Read,
        };
    }

    /// <summary>Reads apt's own history, oldest first; null where it cannot be read.</summary>
    internal Func<IReadOnlyList<AptRun>?> Apt { get; init; } = static () => null;

    public UpdateHistory History
    {
        get
        {
            var (runs, problem) = store.Read();
            return new UpdateHistory([.. runs.Select(static run => run with { Before = null })], problem)
            {
                Apt = Apt()?.Reverse().Take(AptRuns).ToArray(),
            };
        }
    }

    public string LogOf(string id) => IsId(id) ? Encoding.UTF8.GetString(store.ReadLog(id, LogLimit)) : string.Empty;

    public async Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        if (runner.Load() is { } problem)
            Unreadable(log, problem);
        while (!cancellation.IsCancellationRequested)
        {
            heartbeat.Beat();
            await BeatingAsync(heartbeat, TurnAsync(cancellation), cancellation);
            await _wake.WaitAsync(runner.Current is null ? Beat.Next : WhileRunning, cancellation);
        }
    }

    public async Task<UpdateAnswer> BeginAsync(UpdateWish wish, CancellationToken cancellation)
    {
        if (wish.Id is { } asked && !IsId(asked))
            return No($"\"{asked}\" is no id of an update; wanted 1 to {LongestId} lower-case letters, digits and hyphens");
        await _turn.WaitAsync(cancellation);
        try
        {
            var (runs, unreadable) = store.Read();
            if (runs.FirstOrDefault(run => run.Id == wish.Id) is { } known)
                return new UpdateAnswer(known with { Before = null }, null);
            if (unreadable is not null)
                return No($"{unreadable}; whether an update is under way is not known: move the file away when none is");
            if (runs.FirstOrDefault(static run => !run.IsOver) is { } other)
                return No($"update {other.Id} is {other.Phase} since {other.PhaseSince.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {other.Message}");
            return await NoteAsync(wish, cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _wake.Dispose();
        _owned?.Dispose();
    }

    private async Task<UpdateAnswer> NoteAsync(UpdateWish wish, CancellationToken cancellation)
    {
        PendingStatus status = await pending.LookAsync(cancellation);
        bool repairs = wish.Repair && status.Updates.Interrupted is not null;
        if (WhyNot(wish, status, repairs) is { } refusal)
            return No(refusal);
        if (host.BootId is not { Length: > 0 } bootId)
            return No("the boot id of this host cannot be read, and without it nobody would know whether an update was interrupted");
        if (await host.PackagesAsync(cancellation) is not { } packages)
            return No("dpkg does not tell which packages are installed, and what an update changed would not be known");
        if (repairs)
            return Begin(await NewAsync(wish, bootId, packages, [], cancellation) with { Repairs = true });
        IReadOnlyList<PendingPackage> offered = status.Updates.Packages!;
        IReadOnlyList<WantedPackage> wanted = PackageSets.Wanted(offered, wish.Scope);
        if (wish.Exactly is { } exactly)
        {
            Dictionary<string, string> installed = PackageSets.Installed(packages);
            wanted = [.. wanted.Where(package => exactly.Contains(Named(package)))];
            // A run that succeeds proves these versions to the nodes that come after this one: none of them may have been left out.
            (string Name, string Version)[] absent = [.. exactly.Except(wanted.Select(Named)).Where(asked => installed.GetValueOrDefault(asked.Name) != asked.Version)];
            if (absent.Length > 0)
                return await NothingAsync(wish, bootId, packages, UpdateRunPhase.Failed, UpdateRunText.Absent(absent, offered, installed), cancellation);
        }

        if (wanted.Count == 0)
            return await NothingAsync(wish, bootId, packages, UpdateRunPhase.Succeeded, UpdateRunText.Nothing(wish), cancellation);
        if (await host.AutomaticAsync(wanted, cancellation) is not { } automatic)
            return No("apt-mark does not tell which packages are there for others' sake, and they would be kept for ever");
        wanted = [.. wanted.Select(package => package with { Automatic = automatic.Contains(package.Name) || automatic.Contains($"{package.Name}:{package.Architecture}") })];
        return Begin(await NewAsync(wish, bootId, packages, wanted, cancellation));
    }

    // Over before anything is asked of the host, and noted down: whoever asked looks for it by its id.
    private async Task<UpdateAnswer> NothingAsync(UpdateWish wish, string bootId, DpkgStatus packages, UpdateRunPhase phase, string message, CancellationToken cancellation)
    {
        UpdateRun run = await NewAsync(wish, bootId, packages, [], cancellation) with { Phase = phase, Message = message, Before = null, Changes = [] };
        return store.Write(run) is { } unwritten ? No(unwritten) : new UpdateAnswer(run, null);
    }

    private UpdateAnswer Begin(UpdateRun run)
    {
        // What is not known before cannot be missed afterwards (Invariant 11).
        if (run.Health.NetworkdRuns is null)
            return No("systemd does not tell whether systemd-networkd runs, and whether an update stopped it would not be known; try again, and look at systemctl is-system-running");
        if (runner.Begin(run) is { } problem)
            return No(problem);
        _wake.Set();
        return new UpdateAnswer(run with { Before = null }, null);
    }

    private async Task<UpdateRun> NewAsync(UpdateWish wish, string bootId, DpkgStatus packages, IReadOnlyList<WantedPackage> wanted, CancellationToken cancellation)
    {
        DateTimeOffset now = time.GetUtcNow();
        return new UpdateRun
        {
            Id = wish.Id ?? NewId(now),
            By = wish.By,
            Scope = wish.Scope,
            Wanted = wanted,
            Deadline = now + MayWait,
            BootId = bootId,
            BegunAt = now,
            Phase = UpdateRunPhase.Begun,
            PhaseSince = now,
            Message = UpdateRunText.Begun,
            Before = PackageSets.Installed(packages),
            Health = await host.HealthAsync(cancellation),
        };
    }

    private static string? WhyNot(UpdateWish wish, PendingStatus status, bool repairs) => status switch
    {
        // Which versions are wanted is known there; to run dnf or zypper by them, and to know that rpm is whole afterwards, is not built.
        { Updates.Family: "rpm" } => "NodeGuard updates hosts with apt only; it tells what is pending on this rpm host, and dnf upgrade or zypper update installs it",
        { Updates.Interrupted: { } interrupted } when !repairs => $"{interrupted}, or have it done (--repair; updates.repair: Interrupted in a NodePolicy)",
        { Updates.Packages: null } when !repairs => $"what is pending is not known: {string.Join("; ", status.Updates.Problems)}",
        { Hazard.State: not HazardState.None } when !wish.DespiteHazard => $"{status.Hazard.Reason} Say so if it is to be done all the same (--despite-hazard)",
        _ => null,
    };

    private async Task TurnAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await runner.TurnAsync(cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    // dpkg takes what time it needs.
    private async Task BeatingAsync(LoopHeartbeat heartbeat, Task turn, CancellationToken cancellation)
    {
        while (!turn.IsCompleted)
        {
            using var resting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(turn, Task.Delay(Beat.Interval, time, resting.Token));
            await resting.CancelAsync();
            heartbeat.Beat();
        }

        await turn;
    }

    private static string NewId(DateTimeOffset now) =>
        now.UtcDateTime.ToString("yyyyMMdd-HHmmss-", CultureInfo.InvariantCulture) + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2));

    private static bool IsId(string id) =>
        id.Length is > 0 and <= LongestId && id.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static (string Name, string Version) Named(WantedPackage package) => ($"{package.Name}:{package.Architecture}", package.Version);

    private static UpdateAnswer No(string problem) => new(null, problem);

    [LoggerMessage(83, LogLevel.Warning, "records of earlier updates: {Problem}")]
    private static partial void Unreadable(ILogger log, string problem);
}
