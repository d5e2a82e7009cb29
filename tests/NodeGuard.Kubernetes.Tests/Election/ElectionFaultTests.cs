using NodeGuard.Kubernetes.Models;
using Shouldly;
using Xunit;
using Xunit.Abstractions;
using Runner = NodeGuard.Kubernetes.Tests.Election.ElectionSimulation.Runner;

namespace NodeGuard.Kubernetes.Tests.Election;

/// <summary>Three candidates and one fault after the other, under a virtual clock.</summary>
public class ElectionFaultTests(ITestOutputHelper output)
{
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(15);

    private enum Fault
    {
        Killed,
        Stopped,
        Cut,
        AnswersLost,
        Failing,
        WallClockJumped,
        AskedToStop,
        LeaseTouched,
    }

    [Fact]
    [Trait("Invariant", "5")]
    [Trait("Invariant", "9")]
    public void InFiveHundredFaultsNoTwoLeadAtOnceAndANewLeaderComesWithinTheLeaseAndTwoSeconds()
    {
        int faults = 0;
        var longest = new Dictionary<Fault, TimeSpan>();
        var met = new Dictionary<Fault, int>();
        for (int seed = 1; seed <= FuzzScale.Cases(10); seed++)
        {
            try
            {
                faults += Rounds(seed, rounds: 50, longest, met);
            }
            catch (Exception wrong)
            {
                throw new InvalidOperationException($"seed {seed}", wrong);
            }
        }

        output.WriteLine($"{faults} faults: " + string.Join(", ", met.OrderBy(m => m.Key).Select(m => $"{m.Key} {m.Value}")));
        output.WriteLine("longest time to a new leader: " + string.Join(
            ", ", longest.OrderBy(l => l.Key).Select(l => $"{l.Key} {l.Value.TotalSeconds:0.00} s")));
        faults.ShouldBeGreaterThanOrEqualTo(500);
        met.Keys.ShouldBe(Enum.GetValues<Fault>(), ignoreOrder: true);
    }

    private static int Rounds(int seed, int rounds, Dictionary<Fault, TimeSpan> longest, Dictionary<Fault, int> met)
    {
        var dice = new Random(seed);
        var simulation = new ElectionSimulation(seed);
        Runner[] runners = [simulation.Start(), simulation.Start(), simulation.Start()];
        simulation.World.RunUntil(simulation.World.Now + LeaseDuration, () => simulation.AbleLeader is not null).ShouldBeTrue();
        int faults = 0;
        for (int round = 0; round < rounds; round++)
        {
            // All of them have looked at the lease since the last fault: a call that hung then is given up in 5 s.
            simulation.World.RunFor(TimeSpan.FromSeconds(7 + (dice.NextDouble() * 10)));
            Runner leader = simulation.AbleLeader.ShouldNotBeNull($"round {round}: nobody leads before the fault");
            int victim = dice.Next(4) > 0 ? Array.IndexOf(runners, leader) : dice.Next(3);
            var fault = (Fault)dice.Next(Enum.GetValues<Fault>().Length);
            faults++;
            met[fault] = met.GetValueOrDefault(fault) + 1;
            Apply(simulation, runners[victim], fault, dice);
            if (dice.Next(5) == 0)
            {
                // Another one at the same time; the third stays whole.
                faults++;
                int other = (victim + 1 + dice.Next(2)) % 3;
                met[Fault.Cut] = met.GetValueOrDefault(Fault.Cut) + 1;
                Apply(simulation, runners[other], Fault.Cut, dice);
            }

            TimeSpan began = simulation.World.Now;
            TimeSpan bound = Bound(fault);
            simulation.World.RunUntil(began + bound, () => simulation.AbleLeader is not null)
                .ShouldBeTrue($"round {round}: {fault} of {runners[victim].Identity}: no new leader within {bound}");
            TimeSpan took = simulation.World.Now - began;
            longest[fault] = took > longest.GetValueOrDefault(fault) ? took : longest.GetValueOrDefault(fault);
            simulation.World.RunFor(TimeSpan.FromSeconds(dice.NextDouble() * 40));
            Heal(simulation, runners);
        }

        TermsNeverMix(simulation);
        simulation.LongestGap.ShouldBeLessThanOrEqualTo(Bound(Fault.Failing));
        return faults;
    }

    /// <summary>A leader whose answers are lost renews once more without knowing, up to a retry period after the fault began.</summary>
    private static TimeSpan Bound(Fault fault) =>
        LeaseDuration + TimeSpan.FromSeconds(fault is Fault.AnswersLost or Fault.Failing ? 4 : 2);

    private static void Apply(ElectionSimulation simulation, Runner runner, Fault fault, Random dice)
    {
        switch (fault)
        {
            case Fault.Killed:
                runner.Process.Kill();
                break;
            case Fault.Stopped:
                runner.Process.Stop();
                break;
            case Fault.Cut:
                runner.Connection.Network = Network.Cut;
                break;
            case Fault.AnswersLost:
                runner.Connection.Network = Network.AnswersLost;
                break;
            case Fault.Failing:
                runner.Connection.Network = Network.Failing;
                break;
            case Fault.WallClockJumped:
                runner.Process.WallClockOffset = TimeSpan.FromSeconds(dice.Next(-100_000, 100_000));
                break;
            case Fault.AskedToStop:
                runner.AskToStop();
                break;
            case Fault.LeaseTouched:
                simulation.Server.Touch();
                break;
        }
    }

    private static void Heal(ElectionSimulation simulation, Runner[] runners)
    {
        for (int i = 0; i < runners.Length; i++)
        {
            runners[i].Connection.Network = Network.Whole;
            runners[i].Process.Continue();
            if (runners[i].Process.Killed || runners[i].Ended)
                runners[i] = simulation.Start();
        }
    }

    /// <summary>Once a term has written, no earlier one does, and each term is of one holder.</summary>
    private static void TermsNeverMix(ElectionSimulation simulation)
    {
        simulation.Writes.Count.ShouldBeGreaterThan(1_000);
        foreach (((_, int before, string holder), (TimeSpan at, int term, string next)) in simulation.Writes.Zip(simulation.Writes.Skip(1)))
        {
            term.ShouldBeGreaterThanOrEqualTo(before, $"a write of {next} arrived at {at} after a later term's");
            if (term == before)
                next.ShouldBe(holder);
        }

        foreach ((Lease before, Lease after) in simulation.Server.History.Zip(simulation.Server.History.Skip(1)))
            after.Spec!.LeaseTransitions!.Value.ShouldBeGreaterThanOrEqualTo(before.Spec!.LeaseTransitions!.Value);
    }
}
