using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Sandbox.Simulation.Machines;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>Histories by chance, and smaller ones that may break the same law.</summary>
internal static class Histories
{
    private const int LongestSeconds = 300;

    private static readonly PoolProvider[] Providers = [PoolProvider.Autoscaling, PoolProvider.Autoscaling, PoolProvider.ClusterApi, PoolProvider.Karpenter, PoolProvider.Resource];

    private static readonly Doing[] AboutPackages = [Doing.NewPackages, Doing.NewPackages, Doing.BadPackages, Doing.RequestUpdate];

    /// <summary>How often each deed is drawn, and the range of its last number.</summary>
    private static readonly (Doing What, int Weight, int From, int To)[] Drawn =
    [
        (Doing.Request, 14, 0, 1), (Doing.RequestForced, 2, 0, 1), (Doing.Cancel, 3, 0, 1), (Doing.DeleteRecycle, 2, 0, 1),
        (Doing.RemoveRecycle, 1, 0, 1), (Doing.CordonByAdmin, 4, 0, 1), (Doing.UncordonByAdmin, 4, 0, 1), (Doing.DeleteNodeByAdmin, 2, 0, 1),
        (Doing.RemoveTaintByAdmin, 1, 0, 1), (Doing.NewImage, 4, 0, 1), (Doing.Budget, 2, 0, 3), (Doing.Pause, 1, 0, 1),
        (Doing.Unpause, 1, 0, 1), (Doing.DeletePolicy, 1, 0, 1), (Doing.Resume, 2, 0, 1), (Doing.NodeFault, 4, 0, 20), (Doing.PoolFault, 2, 0, 20),
        (Doing.BlockPods, 2, 0, 1), (Doing.UnblockPods, 2, 0, 1), (Doing.KillController, 10, 1, 60), (Doing.StopController, 6, 5, 120),
        (Doing.CutController, 5, 5, 120), (Doing.ResetController, 2, 0, 1), (Doing.SkewController, 2, -3600, 3600),
    ];

    public static History Of(int seed)
    {
        var chance = new Random(seed);
        PoolProvider provider = Providers[chance.Next(Providers.Length)];
        var history = new History
        {
            Seed = seed,
            Provider = provider,
            Reboot = provider == PoolProvider.Autoscaling && chance.Next(3) == 0,
            First = provider == PoolProvider.ClusterApi && chance.Next(2) == 0,
            Nodes = 1 + chance.Next(5),
            Controllers = 1 + chance.Next(3),
            MaxUnavailable = 1 + chance.Next(2),
            MaxAge = chance.Next(3) == 0 ? TimeSpan.FromMinutes(10 + chance.Next(20)) : TimeSpan.Zero,
            Pods = chance.Next(6),
            Deeds = [.. Enumerable.Range(0, 1 + chance.Next(8)).Select(_ => Draw(chance)).OrderBy(static deed => deed.At)],
        };
        return chance.Next(3) == 0 ? WithUpdates(history, chance) : history;
    }

    private static History WithUpdates(History history, Random chance) => history with
    {
        Updates = (UpdateDrain)chance.Next(3),
        Deeds =
        [
            .. history.Deeds
                .Concat(Enumerable.Range(0, 1 + chance.Next(3)).Select(_ => new Deed(TimeSpan.FromSeconds(chance.Next(LongestSeconds)), AboutPackages[chance.Next(AboutPackages.Length)], chance.Next(6), chance.Next(3))))
                .OrderBy(static deed => deed.At),
        ],
    };

    /// <summary>Simpler ones, the simplest first.</summary>
    public static IEnumerable<History> Smaller(History history)
    {
        for (int i = 0; i < history.Deeds.Count; i++)
            yield return history with { Deeds = [.. history.Deeds.Where((_, at) => at != i)] };
        if (history.Controllers > 1)
            yield return history with { Controllers = history.Controllers - 1 };
        if (history.Nodes > 1)
            yield return history with { Nodes = history.Nodes - 1 };
        if (history.Pods > 0)
            yield return history with { Pods = history.Pods - 1 };
        if (history.MaxAge > TimeSpan.Zero)
            yield return history with { MaxAge = TimeSpan.Zero };
        if (history.First)
            yield return history with { First = false };
        if (history.Updates is not null)
            yield return history with { Updates = null };
        if (history.Reboot)
            yield return history with { Reboot = false };
        if (history.Provider != PoolProvider.Autoscaling)
            yield return history with { Provider = PoolProvider.Autoscaling, First = false };
    }

    /// <summary>As small as it comes while a law is broken.</summary>
    public static History Shrunk(History broken)
    {
        while (Smaller(broken).FirstOrDefault(static smaller => HistoryRun.Play(smaller).Broken is not null) is { } smaller)
            broken = smaller;
        return broken;
    }

    private static Deed Draw(Random chance)
    {
        int at = chance.Next(Drawn.Sum(static drawn => drawn.Weight));
        (Doing what, _, int from, int to) = Drawn.First(drawn => (at -= drawn.Weight) < 0);
        return new Deed(TimeSpan.FromSeconds(chance.Next(LongestSeconds)), what, chance.Next(6), chance.Next(from, to));
    }
}
