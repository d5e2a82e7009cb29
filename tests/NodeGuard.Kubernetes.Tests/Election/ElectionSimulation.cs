using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Kubernetes.Election;
using NodeGuard.Testing.Simulation;

namespace NodeGuard.Kubernetes.Tests.Election;

/// <summary>Candidates that write as long as they lead, and the account of who wrote and led when.</summary>
internal sealed class ElectionSimulation
{
    public static readonly ObjectName LeaseName = new("nodeguard-system", "controller");

    private readonly Random _dice;
    private readonly List<Runner> _all = [];
    private TimeSpan? _lastLed;

    public ElectionSimulation(int seed)
    {
        _dice = new(seed);
        World.AfterEachStep = CheckLeaders;
    }

    public VirtualWorld World { get; } = new();

    public LeaseServer Server { get; } = new();

    /// <summary>Term of each write in the order of their arrival at the nodes.</summary>
    public List<(TimeSpan Arrived, int Term, string Holder)> Writes { get; } = [];

    /// <summary>Who leads and can do so: not stopped, not killed, not cut off.</summary>
    public Runner? AbleLeader => _all.Find(runner => runner.IsAble && runner.Leads);

    public Runner Start()
    {
        var runner = new Runner(this, _all.Count);
        _all.Add(runner);
        return runner;
    }

    /// <summary>The longest time in which nobody led who could.</summary>
    public TimeSpan LongestGap { get; private set; }

    private void CheckLeaders()
    {
        if (AbleLeader is not null)
            _lastLed = World.Now;
        else if (_lastLed is { } led && World.Now - led > LongestGap)
            LongestGap = World.Now - led;
        // Stopped and killed ones count too: what makes them harmless must be the clock, not our knowledge.
        List<Runner> leaders = _all.FindAll(runner => runner.Leads);
        if (leaders.Count > 1)
        {
            throw new InvalidOperationException(
                $"at {World.Now}: {string.Join(" and ", leaders.Select(leader => leader.Identity))} lead at once");
        }
    }

    /// <summary>One process that is a candidate.</summary>
    internal sealed class Runner
    {
        private readonly ElectionSimulation _simulation;
        private readonly CancellationTokenSource _stop = new();
        private Leadership? _leadership;

        public Runner(ElectionSimulation simulation, int number)
        {
            _simulation = simulation;
            Identity = $"candidate-{number.ToString(CultureInfo.InvariantCulture)}";
            Process = new(simulation.World);
            Connection = new(simulation.World, simulation.Server, simulation._dice);
            Elector = new(
                Connection, new() { Lease = LeaseName, Identity = Identity }, Process.Clock, NullLogger.Instance,
                simulation._dice.NextDouble);
            Process.Start(async () =>
            {
                await Elector.RunAsync(LeadAsync, _stop.Token);
                Ended = true;
            });
        }

        public string Identity { get; }

        public VirtualProcess Process { get; }

        public LeaseConnection Connection { get; }

        public LeaderElector Elector { get; }

        public bool Ended { get; private set; }

        /// <summary>By the check that each write makes, the lease apart.</summary>
        public bool Leads => _leadership is { Left.Ticks: > 0 };

        public bool IsAble => !Process.Stopped && !Process.Killed && Connection.Network is (Network.Whole or Network.Failing);

        public void AskToStop() => Process.Run(_stop.Cancel);

        private async Task LeadAsync(Leadership leadership)
        {
            _leadership = leadership;
            while (!leadership.Lost.IsCancellationRequested)
            {
                if (await leadership.CheckAsync(CancellationToken.None))
                    await WriteAsync(leadership.Token);
                await Task.Delay(TimeSpan.FromMilliseconds(_simulation._dice.Next(50, 400)), Process.Clock, CancellationToken.None);
            }
        }

        /// <summary>Under way for up to 4 s, less than the 5 s between the end of a term and the start of the next.</summary>
        private async Task WriteAsync(FencingToken token)
        {
            SynchronizationContext caller = SynchronizationContext.Current!;
            var answered = new TaskCompletionSource();
            TimeSpan way = TimeSpan.FromMilliseconds(_simulation._dice.Next(20) == 0 ? _simulation._dice.Next(4_000) : _simulation._dice.Next(30));
            _simulation.World.After(way, () =>
            {
                _simulation.Writes.Add((_simulation.World.Now, token.Term, token.Holder));
                caller.Post(_ => answered.TrySetResult(), null);
            });
            await answered.Task;
        }
    }
}
