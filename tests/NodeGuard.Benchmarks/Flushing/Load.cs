using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Flushing;

/// <summary>The foreign objects of a run; one rule and one route of them are the probe's path.</summary>
/// <param name="AllKinds">Also one of each kind that the lab's matrix knows.</param>
internal sealed record Load(int Rules, int Routes, bool AllKinds = false)
{
    public static readonly Load Usual = new(250, 250);

    public static readonly Load UsualAndAllKinds = new(250, 250, AllKinds: true);

    /// <summary>The usual rules and routes as arguments of `ip`, for defenders that know what they want to see.</summary>
    public IReadOnlyList<string> Commands =>
    [
        $"route add 198.51.100.0/24 via 10.77.0.1 dev host0 table 999",
        .. Enumerable.Range(0, Routes - 1).Select(i => $"route add {Address(i)}/32 via 10.77.0.1 dev host0 table {1000 + (i % 16)}"),
        $"rule add to {PathProbe.Target}/32 table 999 priority 1999",
        .. Enumerable.Range(0, Rules - 1).Select(i => $"rule add from {Address(i)}/32 table {1000 + (i % 16)} priority {2000 + (i % 500)}"),
    ];

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
