using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Flushing;

/// <summary>The foreign objects of a run; a rule of them is each probe's path, and a route of them the gateway path's.</summary>
/// <param name="Rules">All of which a flush deletes.</param>
/// <param name="Routes">All of which a flush deletes: beside the one of the rule path, whose link networkd does not manage.</param>
/// <param name="AllKinds">Also one of each kind that the lab's matrix knows.</param>
internal sealed record Load(int Rules, int Routes, bool AllKinds = false)
{
    public static readonly Load Usual = new(250, 250);

    public static readonly Load UsualAndAllKinds = new(250, 250, AllKinds: true);

    public int Flushed => Rules + Routes;

    /// <summary>The usual rules and routes as arguments of `ip`, for defenders that know what they want to see.</summary>
    public IReadOnlyList<string> Commands =>
    [
        .. ProbePath.All.Select(path => $"route add {path.Route}"),
        .. Enumerable.Range(0, Routes - 1).Select(i => $"route add {Address(i)}/32 via 10.77.0.1 dev host0 table {1000 + (i % 16)}"),
        .. ProbePath.All.Select(path => $"rule add {path.Rule}"),
        .. Enumerable.Range(0, Rules - ProbePath.All.Count).Select(i => $"rule add from {Address(i)}/32 table {1000 + (i % 16)} priority {2000 + (i % 500)}"),
    ];

    /// <summary><see cref="ProbePath.AddLinkAsync"/> comes first.</summary>
    public async Task SeedAsync(LabContainer container)
    {
        await container.IpBatchAsync("-4", Commands);
        if (AllKinds)
        {
            await ForeignObjects.SeedAsync(container, ForeignObjects.Deletable);
        }
    }

    private static string Address(int i) => $"10.{100 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}";
}
