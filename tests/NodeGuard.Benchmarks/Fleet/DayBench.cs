using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Benchmarks.Output;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Units;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Lab.Tests.Lab;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;

namespace NodeGuard.Benchmarks.Fleet;

/// <summary>
/// The one window of a day in which 5,000 nodes are recycled, through the API: what `nodeguard plan` foresees when it opens,
/// and what the controller's real code has done when it has closed.
/// </summary>
internal sealed class DayBench
{
    private const int Nodes = 5_000;
    // A look of the controller takes a second or two with so many nodes, which the simulated clock multiplies: much faster, and every
    // recycle would seem to take minutes longer than it does.
    private const double Speed = 10;
    private const int Known = 5;
    private const string Pool = "workers";
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(24);
    private static readonly TimeSpan Window = TimeSpan.FromHours(4);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly FleetStage _stage;
    private readonly FleetWatch _watch;
    private readonly Action<string> _say;
    private readonly ConcurrentDictionary<string, NodeRecycle> _recycles = new();
    private readonly long _began = Stopwatch.GetTimestamp();

    private DayBench(FleetStage stage, Action<string> say)
    {
        _stage = stage;
        _say = say;
        _watch = new FleetWatch(stage, Pool, Nodes, CountOrPercent.Percent(10));
    }

    public static async Task<DayRow> RunAsync(Action<string> say)
    {
        say($"{Words.Of(Nodes)} nodes of up to 23 h, a window of 4 h, at most at {Speed:0} times the speed of time");
        await using FleetStage stage = await FleetStage.StartAsync(Speed, new PoolSpec
        {
            Name = Pool,
            Count = Nodes,
            Agents = true,
            Birth = MaxAge - TimeSpan.FromHours(1),
            Labels = new Dictionary<string, string> { ["pool"] = Pool },
        });
        return await new DayBench(stage, say).MeasureAsync();
    }

    public static Sheet SheetOf(DayRow row) => new(
        $"One window of 4 h for {Words.Of(row.Nodes)} nodes, maxAge 24 h, maxUnavailable 10 %, by the controller through the API ({row.Took.TotalMinutes:0} min)",
        ["starts forecast", "starts", "difference", "succeeded", "misses forecast", "missed", "most away", "allowed"],
        [[
            Words.Of(row.Forecast), Words.Of(row.Starts), ((row.Starts - row.Forecast) / (double)row.Forecast).ToString("P1", CultureInfo.InvariantCulture),
            Words.Of(row.Succeeded), Words.Of(row.ForecastMisses), Words.Of(row.Missed), Words.Of(row.MostAway), Words.Of(row.Allowed),
        ]],
        ["The forecast is that of `nodeguard plan --until`, as the window opens. A miss is a node that is older than maxAge when its machine is asked to go, or would be in the window of the next day. Nodes away are counted by lists of all nodes, every 5 s."]);

    private async Task<DayRow> MeasureAsync()
    {
        _stage.StartController(wrote: Remember);
        _say("until each node has its GuardedNode");
        // A policy that takes no part makes the controller guard the nodes.
        await _stage.PolicyAsync(Pool, static spec => spec.Budget = new PolicyBudget { MaxUnavailable = new IntOrString("10%") });
        await UntilAsync(async () => (await _stage.AllAsync(ResourceTypes.GuardedNodes)).Count(static guarded => guarded.Status?.Heartbeat is not null) >= Nodes, "the agents have not written");
        await WarmUpAsync();
        Dictionary<string, DateTimeOffset> births = (await _stage.AllAsync(ResourceTypes.Nodes)).ToDictionary(static node => node.Metadata.Uid!, static node => node.Metadata.CreationTimestamp!.Value);

        (DateTimeOffset opens, DateTimeOffset closes) = await OpenAsync();
        (int starts, int misses) = await ForecastAsync(closes, opens.AddDays(1));
        _say($"the window is open from {opens:HH:mm} to {closes:HH:mm} of the simulated clock; forecast: {starts} starts, {misses} misses");
        await UntilAsync(async () =>
        {
            PoolLook look = await _watch.LookAsync();
            _say($"{look.At:HH:mm:ss}: {Nodes - look.FirstGeneration} of {Nodes} replaced, {look.Unavailable} away");
            return look.At > closes && _recycles.Values.All(static recycle => recycle.Status?.FinishedAt is not null);
        }, "the window's recycles have not ended");

        NodeRecycle[] begun = [.. _recycles.Values.Where(recycle => recycle.Status?.StartedAt >= opens)];
        return new DayRow
        {
            Nodes = Nodes,
            Forecast = starts,
            Starts = begun.Length,
            Succeeded = begun.Count(static recycle => recycle.Status!.Phase == nameof(RecyclePhase.Succeeded)),
            ForecastMisses = misses,
            Missed = Missed(births, begun, opens.AddDays(1)),
            MostAway = _watch.MostUnavailable,
            Allowed = _watch.Allowed,
            Took = Stopwatch.GetElapsedTime(_began),
        };
    }

    // A fleet that lives knows how long a recycle takes.
    private async Task WarmUpAsync()
    {
        _say($"{Known} recycles by hand");
        foreach (Node node in (await _stage.AllAsync(ResourceTypes.Nodes)).Take(Known))
            await _stage.RequestAsync(node.Metadata.Name!);
        await UntilAsync(() => Task.FromResult(_recycles.Values.Count(static recycle => recycle.Status?.Phase == nameof(RecyclePhase.Succeeded)) == Known), "the first recycles have not succeeded");
    }

    // What does not go now goes in tomorrow's window at the earliest.
    private static int Missed(Dictionary<string, DateTimeOffset> births, NodeRecycle[] begun, DateTimeOffset tomorrow)
    {
        var went = begun.ToDictionary(static recycle => recycle.Spec!.NodeUid!, static recycle => recycle.Status!.Replacement?.RequestedAt);
        return births.Count(birth => (went.GetValueOrDefault(birth.Key) ?? tomorrow) > birth.Value + MaxAge);
    }

    private Task Remember(KubeObject written)
    {
        if (written is NodeRecycle recycle)
            _recycles[recycle.Metadata.Name!] = recycle;
        return Task.CompletedTask;
    }

    // The next minute but one, so that the policy is there when it comes.
    private async Task<(DateTimeOffset Opens, DateTimeOffset Closes)> OpenAsync()
    {
        DateTimeOffset soon = _stage.Clock.GetUtcNow().AddMinutes(5);
        var opens = new DateTimeOffset(soon.Year, soon.Month, soon.Day, soon.Hour, soon.Minute, 0, TimeSpan.Zero);
        await _stage.ChangePolicyAsync(Pool, new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["maxAge"] = "24h",
                // With one window a day, nearly every node must go in it.
                ["ageJitter"] = "22h",
                ["windows"] = new JsonArray(new JsonObject { ["start"] = opens.ToString("HH:mm", CultureInfo.InvariantCulture), ["duration"] = "4h", ["timeZone"] = "UTC" }),
            },
        }.ToJsonString());
        return (opens, opens + Window);
    }

    private async Task<(int Starts, int Misses)> ForecastAsync(DateTimeOffset closes, DateTimeOffset until)
    {
        string[] arguments = ["plan", "--kubeconfig", _stage.Kubeconfig, "--at", Text(_stage.Clock.GetUtcNow()), "--until", Text(until), "-o", "json"];
        using Process plan = PublishedProgram.Start(arguments);
        string said = await plan.StandardOutput.ReadToEndAsync();
        await plan.WaitForExitAsync();
        if (plan.ExitCode != 0 || JsonNode.Parse(said)?["forecast"] is not JsonObject forecast)
            throw new LabException($"nodeguard plan ended with {plan.ExitCode} and said no forecast");
        return (
            forecast["starts"]!.AsArray().Count(start => (DateTimeOffset)start!["start"]! < closes),
            forecast["misses"]!.AsArray().Count(static miss => (int)miss!["generation"]! == 0));
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string problem)
    {
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(_began) > Patience)
                throw new LabException($"{problem} within {Patience.TotalMinutes:0} min\n{string.Join('\n', _stage.Log.ToString().Split('\n').TakeLast(20))}");
            await Task.Delay(Pause);
        }
    }

    private static string Text(DateTimeOffset at) => at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}

internal sealed record DayRow
{
    public required int Nodes { get; init; }

    /// <summary>Of starts, from the opening of the window to its end.</summary>
    public required int Forecast { get; init; }

    public required int Starts { get; init; }

    public required int Succeeded { get; init; }

    public required int ForecastMisses { get; init; }

    public required int Missed { get; init; }

    public required int MostAway { get; init; }

    public required int Allowed { get; init; }

    /// <summary>By the real clock.</summary>
    public required TimeSpan Took { get; init; }
}
