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

    /// <summary>An update that comes to nothing, as its versions are gone from the archive, proves none of them and leaves no node behind.</summary>
    [Fact]
    public void An_archive_that_moves_on_in_the_middle_of_an_update_leaves_no_node_behind()
    {
        int refused = 0;
        OnAllCores([.. Enumerable.Range(1, 60)], second =>
        {
            HistoryRun.Result result = HistoryRun.Play(new History
            {
                Seed = second,
                Updates = UpdateDrain.Never,
                UntilUpToDate = true,
                Nodes = 2,
                Pods = 2,
                Deeds = [new Deed(TimeSpan.FromSeconds(20), Doing.NewPackages, 0, 0), new Deed(TimeSpan.FromSeconds(20 + (2 * second)), Doing.NewPackages, 0, 0)],
            });
            result.Broken.ShouldBeNull(result.Log);
            result.Installed.ShouldBe("systemd:amd64=3 linux-image-6:amd64=2 on 2 of 2", result.Log);
            if (result.Log.Contains("nothing was installed: asked for was", StringComparison.Ordinal))
                Interlocked.Increment(ref refused);
        });
        refused.ShouldBeGreaterThan(0);
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
