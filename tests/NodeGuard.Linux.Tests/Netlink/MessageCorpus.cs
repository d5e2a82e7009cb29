namespace NodeGuard.Linux.Tests.Netlink;

/// <summary>What the kernel really says about every kind of object, link and refusal.</summary>
internal static class MessageCorpus
{
    private static readonly Lazy<byte[][]> Messages = new(Record);

    public static byte[][] Capture() => Messages.Value;

    private static byte[][] Record()
    {
        using var inside = new TestNamespace();
        using KernelTables kernel = KernelTables.Open(inside);
        RoundTripCase[] cases = [.. RuleCases.All, .. RouteCases.All, .. NexthopAndAddressCases.Nexthops, .. NexthopAndAddressCases.Addresses];
        string[] lines = [.. RoundTripTests.Links, .. cases.SelectMany(one => one.Prepare.Concat(one.Add))];
        foreach (string line in lines.Distinct())
        {
            TryRun(inside, RoundTripCase.Words(line));
        }

        foreach (SeenObject seen in kernel.Dump())
        {
            kernel.Send(seen.Request, Linux.Netlink.RtnetlinkConstants.NLM_F_EXCL);
        }

        inside.Ip("link", "set", "veth1", "down");
        inside.Ip("link", "del", "veth0");
        kernel.Notifications();
        kernel.Dump();
        return [.. kernel.Captured.DistinctBy(Convert.ToHexString)];
    }

    /// <summary>The cases are made for a namespace each, so that some exclude each other.</summary>
    private static void TryRun(TestNamespace inside, string[] words)
    {
        try
        {
            inside.Ip(words);
        }
        catch (InvalidOperationException e) when (e.Message.StartsWith("ip ", StringComparison.Ordinal))
        {
        }
    }
}
