namespace NodeGuard.Lab.Tests.Lab;

/// <summary>Every kind of foreign object that a flush must not cost, in the order in which they can be added.</summary>
public static class ForeignObjects
{
    /// <summary>Kinds of the kernel's that no test here can make, each with the reason.</summary>
    public static readonly IReadOnlyDictionary<string, string> NotMade = new Dictionary<string, string>
    {
        ["routes with mpls, ioam6 or rpl encapsulation"] = "modules that common kernels, the build machine's among them, lack",
        ["rules and routes of a vrf device"] = "the vrf module may be missing; rules with l3mdev need none",
        ["addresses with the `dadfailed` flag"] = "set by the kernel only",
    };

    public static IReadOnlyList<ForeignObject> All { get; } =
    [
        .. ForeignAddresses.All, .. ForeignNexthops.All, .. ForeignRoutes.All, .. ForeignRules.All,
    ];

    /// <summary>
    /// All but those that send a link of networkd 257 into `failed`: with one of them it does not apply a changed
    /// configuration either, guarded or not, so tests that change one cannot have them.
    /// </summary>
    public static IReadOnlyList<ForeignObject> Deletable { get; } =
        [.. All.Where(one => !one.Kind.Contains("locked", StringComparison.Ordinal))];

    /// <summary>Adds them, <see cref="All"/> by default, a process per run of one family.</summary>
    public static async Task SeedAsync(LabContainer container, IEnumerable<ForeignObject>? objects = null)
    {
        IReadOnlyList<ForeignObject> wanted = objects?.ToList() ?? All;
        for (int at = 0; at < wanted.Count;)
        {
            string family = wanted[at].FamilyOption;
            List<ForeignObject> run = [.. wanted.Skip(at).TakeWhile(one => one.FamilyOption == family)];
            await container.IpBatchAsync(family, run.SelectMany(one => one.Commands));
            at += run.Count;
        }
    }

    /// <summary>Adds them one kind at a time.</summary>
    /// <returns>For each kind the lines that it brought into the dumps, those that the kernel derived among them.</returns>
    public static async Task<IReadOnlyDictionary<ForeignObject, IReadOnlyList<SnapshotLine>>> SeedOneByOneAsync(LabContainer container)
    {
        var brought = new Dictionary<ForeignObject, IReadOnlyList<SnapshotLine>>();
        NetnsSnapshot before = await NetnsSnapshot.TakeAsync(container);
        foreach (ForeignObject one in All)
        {
            await container.IpBatchAsync(one.FamilyOption, one.Commands);
            NetnsSnapshot after = await NetnsSnapshot.TakeAsync(container);
            brought[one] = after.Missing(before);
            before = after;
        }

        return brought;
    }

    /// <summary>The load of the speed tests: rules and routes of a CNI's shape.</summary>
    public static async Task SeedManyAsync(LabContainer container, int rules, int routes)
    {
        await container.IpBatchAsync("-4", Enumerable.Range(0, routes).Select(i =>
            $"route add 10.{100 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}/32 via 10.77.0.1 dev host0 table {1000 + (i % 16)}"));
        await container.IpBatchAsync("-4", Enumerable.Range(0, rules).Select(i =>
            $"rule add from 10.{100 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}/32 table {1000 + (i % 16)} priority {2000 + (i % 500)}"));
    }
}
