using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Sandbox.Simulation.Machines;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>Histories by chance that once broke a law, in the controller, in the test world or in the judge's eyes, shrunk to what it took.</summary>
[Collection(AloneTests.Name)]
[Trait("Category", "Verify")]
[Trait("Invariant", "5")]
[Trait("Invariant", "6")]
[Trait("Invariant", "7")]
[Trait("Invariant", "8")]
[Trait("Invariant", "9")]
public sealed class FoundHistoryTests
{
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

    /// <summary>
    /// A person sets the budget to 0 while the controller is cut off. It leads again before its watch has told it, and plans by the
    /// policy that it knew (seed 73142).
    /// </summary>
    [Fact]
    public void A_budget_that_was_lowered_in_a_cut_holds_before_the_watch_has_told_it()
    {
        HistoryRun.Result result = HistoryRun.Play(new History
        {
            Seed = 73142,
            Provider = PoolProvider.Autoscaling,
            Nodes = 1,
            MaxUnavailable = 1,
            Pods = 0,
            Deeds =
            [
                new Deed(TimeSpan.FromSeconds(10), Doing.CutController, 1, 104), new Deed(TimeSpan.FromSeconds(53), Doing.Budget, 5, 0),
                new Deed(TimeSpan.FromSeconds(95), Doing.Request, 4, 0), new Deed(TimeSpan.FromSeconds(259), Doing.BlockPods, 2, 0),
            ],
        });

        result.Broken.ShouldBeNull(result.Log);
    }

    /// <summary>
    /// A machine does not come again, and the policy freezes. The person who lifts that freeze gives its slot to the rest, and the
    /// judge had gone on counting it as missing (seed 75040).
    /// </summary>
    [Fact]
    public void A_machine_that_never_came_again_takes_no_room_once_a_person_has_lifted_the_freeze()
    {
        HistoryRun.Result result = HistoryRun.Play(new History
        {
            Seed = 75040,
            Provider = PoolProvider.Autoscaling,
            Nodes = 4,
            MaxUnavailable = 2,
            Pods = 0,
            Deeds =
            [
                new Deed(TimeSpan.FromSeconds(79), Doing.NodeFault, 1, 10), new Deed(TimeSpan.FromSeconds(223), Doing.NodeFault, 0, 3),
                new Deed(TimeSpan.FromSeconds(274), Doing.NewImage, 0, 0),
            ],
        });

        result.Broken.ShouldBeNull(result.Log);
    }

    /// <summary>
    /// A person deletes a recycle that has succeeded while another one waits for its machine. That one took the successor of the
    /// first for its own, and gave its slot back for a machine that was still missing (seed 80223).
    /// </summary>
    [Fact]
    public void A_successor_of_a_recycle_that_was_deleted_is_nobody_else_s()
    {
        HistoryRun.Result result = HistoryRun.Play(new History
        {
            Seed = 80223,
            Provider = PoolProvider.Autoscaling,
            Nodes = 4,
            MaxUnavailable = 2,
            Pods = 0,
            Deeds =
            [
                new Deed(TimeSpan.FromSeconds(7), Doing.NodeFault, 4, 0), new Deed(TimeSpan.FromSeconds(103), Doing.RequestForced, 0, 0),
                new Deed(TimeSpan.FromSeconds(205), Doing.DeleteRecycle, 4, 0), new Deed(TimeSpan.FromSeconds(219), Doing.NewImage, 4, 0),
            ],
        });

        result.Broken.ShouldBeNull(result.Log);
    }
}
