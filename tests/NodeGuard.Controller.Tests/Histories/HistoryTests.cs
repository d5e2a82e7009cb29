using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Sandbox.Simulation.Machines;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>
/// The controller's real code against the sandbox on a virtual clock, through histories that no person would think of.
/// NODEGUARD_HISTORIES says how many by chance, NODEGUARD_HISTORY_SEED where they begin.
/// </summary>
[Collection(AloneTests.Name)]
[Trait("Category", "Verify")]
[Trait("Invariant", "5")]
[Trait("Invariant", "6")]
[Trait("Invariant", "7")]
[Trait("Invariant", "8")]
[Trait("Invariant", "9")]
[Trait("Invariant", "11")]
public sealed class HistoryTests(ITestOutputHelper output)
{
    private const int InTheTestCommand = 100;
    private const int StrideInTheTestCommand = 12;

    [Fact]
    public void No_history_breaks_a_law()
    {
        int first = Number("NODEGUARD_HISTORY_SEED", 1);
        int count = Number("NODEGUARD_HISTORIES", InTheTestCommand);
        string? told = null;
        var watch = Stopwatch.StartNew();
        int played = 0;
        OnAllCores([.. Enumerable.Range(first, count)], seed =>
        {
            if (Volatile.Read(ref told) is not null)
                return;
            HistoryRun.Result result = HistoryRun.Play(Histories.Of(seed));
            Interlocked.Increment(ref played);
            if (result.Broken is null || Interlocked.CompareExchange(ref told, result.Broken, null) is not null)
                return;
            Interlocked.Exchange(ref told, Tell(Histories.Of(seed), result.Broken));
        });
        output.WriteLine($"{played} histories, seeds from {first}, in {watch.Elapsed.TotalSeconds:0} s");
        told.ShouldBeNull();
    }

    /// <summary>Invariant 9: dying at any call changes nothing about the outcome.</summary>
    [Theory]
    [InlineData(PoolProvider.Autoscaling, false, false)]
    [InlineData(PoolProvider.Autoscaling, true, false)]
    [InlineData(PoolProvider.ClusterApi, false, false)]
    [InlineData(PoolProvider.ClusterApi, false, true)]
    [InlineData(PoolProvider.Karpenter, false, false)]
    [InlineData(PoolProvider.Resource, false, false)]
    public void A_controller_that_dies_at_any_call_changes_nothing_about_the_outcome(PoolProvider provider, bool reboot, bool first)
    {
        var whole = new History
        {
            Seed = 7,
            Provider = provider,
            Reboot = reboot,
            First = first,
            Nodes = 2,
            Pods = 2,
            Deeds = [new Deed(TimeSpan.FromSeconds(20), Doing.Request, 0, 0), new Deed(TimeSpan.FromSeconds(21), Doing.Request, 1, 0)],
        };
        HistoryRun.Result undisturbed = HistoryRun.Play(whole);
        undisturbed.Broken.ShouldBeNull(undisturbed.Log);
        undisturbed.Outcome.ShouldBe("ask-1 Succeeded, ask-2 Succeeded");
        DieEverywhere(whole, undisturbed, static result => result.Outcome);
    }

    /// <summary>The same for an update, with a reboot that it leads to and without.</summary>
    [Theory]
    [InlineData(UpdateDrain.Never)]
    [InlineData(UpdateDrain.IfReboot)]
    [InlineData(UpdateDrain.Always)]
    public void A_controller_that_dies_at_any_call_of_an_update_changes_nothing_about_the_outcome(UpdateDrain drain)
    {
        var whole = new History
        {
            Seed = 7,
            Updates = drain,
            UntilUpToDate = true,
            Nodes = 2,
            Pods = 2,
            Deeds = [new Deed(TimeSpan.FromSeconds(20), Doing.NewPackages, 0, 0), new Deed(TimeSpan.FromSeconds(21), Doing.NewPackages, 0, 0)],
        };
        HistoryRun.Result undisturbed = HistoryRun.Play(whole);
        undisturbed.Broken.ShouldBeNull(undisturbed.Log);
        undisturbed.Installed.ShouldBe("systemd:amd64=3 linux-image-6:amd64=2 on 2 of 2");
        DieEverywhere(whole, undisturbed, static result => result.Installed);
    }

    /// <param name="outcome">What a death must not change.</param>
    private void DieEverywhere(History whole, HistoryRun.Result undisturbed, Func<HistoryRun.Result, string> outcome)
    {
        int stride = Number("NODEGUARD_HISTORIES", 0) > 0 ? 1 : StrideInTheTestCommand;
        int[] places = [.. Enumerable.Range(0, undisturbed.Places / stride).Select(i => 1 + (i * stride))];
        OnAllCores(places, place =>
        {
            HistoryRun.Result result = HistoryRun.Play(whole with { DiesAt = place });
            result.Broken.ShouldBeNull($"{whole with { DiesAt = place }}\n{result.Log}");
            outcome(result).ShouldBe(outcome(undisturbed), $"{whole with { DiesAt = place }}\n{result.Log}");
        });
        output.WriteLine($"{places.Length} deaths at {undisturbed.Places} places");
    }

    [Fact]
    public void The_same_history_is_the_same_run()
    {
        History history = Histories.Of(4711);

        HistoryRun.Result once = HistoryRun.Play(history);

        HistoryRun.Play(history).ShouldBe(once);
    }

    /// <summary>A judge that never finds anything proves nothing: this one has a smaller budget in mind than the policy has.</summary>
    [Fact]
    public void The_judge_sees_a_budget_that_is_exceeded()
    {
        var history = new History
        {
            Seed = 3,
            Nodes = 3,
            MaxUnavailable = 2,
            Judged = 1,
            Deeds = [new Deed(TimeSpan.FromSeconds(20), Doing.Request, 0, 0), new Deed(TimeSpan.FromSeconds(20), Doing.Request, 1, 0)],
        };

        HistoryRun.Play(history).Broken.ShouldNotBeNull().ShouldStartWith("Invariant 5: ");
        HistoryRun.Play(history with { Judged = null }).Broken.ShouldBeNull();
    }

    /// <summary>A claim that the cut had kept from being written held the node for a recycle that took another one (seed 6171).</summary>
    [Fact]
    public void A_successor_whose_claim_came_to_nothing_is_free_for_another_recycle()
    {
        HistoryRun.Result result = HistoryRun.Play(new History
        {
            Seed = 6171,
            Provider = PoolProvider.Karpenter,
            Nodes = 3,
            MaxUnavailable = 2,
            Pods = 5,
            Deeds =
            [
                new Deed(TimeSpan.FromSeconds(3), Doing.CutController, 4, 91), new Deed(TimeSpan.FromSeconds(251), Doing.NewImage, 3, 0),
                new Deed(TimeSpan.FromSeconds(289), Doing.CutController, 3, 114),
            ],
        });

        result.Broken.ShouldBeNull(result.Log);
    }

    /// <summary>An admin's cordon keeps pods away only as long as the admin wants it.</summary>
    [Fact]
    public void A_drained_node_takes_no_pods_when_an_admin_takes_back_a_cordon_that_stood_before()
    {
        HistoryRun.Result result = HistoryRun.Play(new History
        {
            Seed = 10347,
            Nodes = 1,
            MaxUnavailable = 2,
            Pods = 5,
            Deeds =
            [
                new Deed(TimeSpan.FromSeconds(38), Doing.CordonByAdmin, 4, 0),
                new Deed(TimeSpan.FromSeconds(165), Doing.KillController, 3, 56),
                new Deed(TimeSpan.FromSeconds(222), Doing.Request, 1, 0),
            ],
        });

        result.Broken.ShouldBeNull(result.Log);
    }

    /// <summary>A MachineSet that has one too many takes whichever Machine is marked, also that of another recycle.</summary>
    [Fact]
    public void Two_recycles_with_the_new_machine_first_leave_no_replica_behind_when_one_s_machine_goes_for_the_other()
    {
        HistoryRun.Result result = HistoryRun.Play(new History
        {
            Seed = 4695,
            Provider = PoolProvider.ClusterApi,
            First = true,
            Nodes = 3,
            Controllers = 3,
            MaxUnavailable = 2,
            Pods = 1,
            Deeds =
            [
                new Deed(TimeSpan.FromSeconds(81), Doing.StopController, 3, 90),
                new Deed(TimeSpan.FromSeconds(168), Doing.StopController, 1, 110),
                new Deed(TimeSpan.FromSeconds(267), Doing.NewImage, 4, 0),
            ],
        });

        result.Broken.ShouldBeNull(result.Log);
    }

    /// <summary>Whether the first request has succeeded is known only while nobody takes its new node away.</summary>
    [Fact]
    public void A_request_for_a_node_that_still_has_to_prove_itself_waits_for_that()
    {
        HistoryRun.Result result = HistoryRun.Play(new History
        {
            Seed = 6584,
            Nodes = 5,
            MaxUnavailable = 2,
            Pods = 1,
            Deeds =
            [
                new Deed(TimeSpan.FromSeconds(216), Doing.Request, 0, 0),
                new Deed(TimeSpan.FromSeconds(272), Doing.Request, 4, 0),
                new Deed(TimeSpan.FromSeconds(277), Doing.Request, 4, 0),
            ],
        });

        result.Broken.ShouldBeNull(result.Log);
    }

    /// <summary>
    /// When all is to end, the judge counts by the budget that the policy has: a request that waited beside a machine that is never
    /// ready had room in its eyes alone (seed 51026).
    /// </summary>
    /// <param name="boot">Of the pool: the machine's node is there when faults end, and it gets well; or it comes behind that, and does not.</param>
    [Theory]
    [InlineData("never-ready")]
    [InlineData("slow-boot=6")]
    public void A_request_that_waited_has_its_turn_in_the_end_beside_a_machine_that_never_was_ready(string boot)
    {
        HistoryRun.Result result = HistoryRun.Play(new History
        {
            Seed = 51026,
            Nodes = 2,
            MaxUnavailable = 2,
            Pods = 0,
            Deeds =
            [
                new Deed(TimeSpan.FromSeconds(20), Doing.PoolFault, 0, VirtualPerson.NumberOf(boot)),
                new Deed(TimeSpan.FromSeconds(20), Doing.NodeFault, 0, VirtualPerson.NumberOf("never-ready")),
                new Deed(TimeSpan.FromSeconds(21), Doing.DeleteNodeByAdmin, 0, 0),
                new Deed(TimeSpan.FromSeconds(90), Doing.Pause, 0, 0), new Deed(TimeSpan.FromSeconds(91), Doing.Request, 0, 0),
            ],
        });

        result.Broken.ShouldBeNull(result.Log);
        result.Outcome.ShouldBe("ask-1 Succeeded", result.Log);
    }

    /// <summary>The wave behind the canary's goes by the budget, and two of its nodes at once are within it (seed 51453).</summary>
    [Fact]
    public void An_update_that_a_person_asked_for_is_the_canary_s_proof()
    {
        // Age and reboots do not go together: the fleet begins with its updates when age is no reason any more.
        HistoryRun.Result result = HistoryRun.Play(new History
        {
            Seed = 51453,
            Reboot = true,
            MaxUnavailable = 2,
            MaxAge = TimeSpan.FromMinutes(25),
            Pods = 0,
            Updates = UpdateDrain.IfReboot,
            UntilUpToDate = true,
            Deeds =
            [
                new Deed(TimeSpan.FromSeconds(26), Doing.NewPackages, 0, 0), new Deed(TimeSpan.FromSeconds(190), Doing.Request, 0, 0),
                new Deed(TimeSpan.FromSeconds(234), Doing.RequestUpdate, 2, 0),
            ],
        });

        result.Broken.ShouldBeNull(result.Log);
        result.Installed.ShouldBe("systemd:amd64=2 linux-image-6:amd64=1 on 3 of 3");
    }

    /// <summary>
    /// A recycle that only reboots its node has the name of the canary's, which a person deleted, and in the judge's eyes was the
    /// canary itself (seed 71724).
    /// </summary>
    [Fact]
    public void A_version_may_be_tried_again_beside_a_recycle_with_the_name_of_the_one_that_failed_with_it()
    {
        HistoryRun.Result result = HistoryRun.Play(new History
        {
            Seed = 71724,
            Nodes = 4,
            MaxUnavailable = 2,
            MaxAge = TimeSpan.FromMinutes(16),
            Pods = 0,
            Updates = UpdateDrain.Always,
            Deeds =
            [
                new Deed(TimeSpan.FromSeconds(70), Doing.NewPackages, 0, 0),
                new Deed(TimeSpan.FromSeconds(165), Doing.NodeFault, 2, VirtualPerson.NumberOf("routes-lost")),
                new Deed(TimeSpan.FromSeconds(194), Doing.BadPackages, 0, 0),
                new Deed(TimeSpan.FromSeconds(229), Doing.DeleteRecycle, 1, 0),
            ],
        });

        result.Broken.ShouldBeNull(result.Log);
    }

    private static void OnAllCores(int[] items, Action<int> play)
    {
        int next = -1;
        var broken = new ConcurrentQueue<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        if (broken.TryDequeue(out Exception? first))
            ExceptionDispatchInfo.Throw(first);

        void Work()
        {
            try
            {
                while (broken.IsEmpty && Interlocked.Increment(ref next) is var at && at < items.Length)
                    play(items[at]);
            }
            catch (Exception failed)
            {
                broken.Enqueue(failed);
            }
        }
    }

    private static string Tell(History broken, string how)
    {
        History least = Histories.Shrunk(broken);
        HistoryRun.Result result = HistoryRun.Play(least);
        return $"{result.Broken}\n({how})\nin   {least}\nfrom {broken}\n{result.Log}";
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number : otherwise;
}
