using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Cli.Drills;

/// <summary>
/// In a network namespace of its own: makes rules and routes, and plays networkd by deleting them all from a socket
/// of its own as fast as it can; first unguarded, then next to the agent's own guard.
/// </summary>
internal sealed class SandboxDrill(int ofEachKind)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);

    /// <exception cref="DrillException">This is no sandbox, or the kernel refuses something.</exception>
    public async Task<SandboxReport> RunAsync(CancellationToken cancellation)
    {
        if (KernelObjects.Read() is { Count: > 0 } foreign)
        {
            throw new DrillException(
                $"this network namespace is no sandbox: it has {foreign.Count} objects already, such as {foreign[0].Shown.Text}; run nodeguard drill flush --sandbox");
        }

        try
        {
            Fill(SandboxMessages.LinkUp());
            return new SandboxReport([await PassAsync(guarded: false, cancellation), await PassAsync(guarded: true, cancellation)]);
        }
        catch (NetlinkException refused)
        {
            throw new DrillException($"the sandbox cannot go on: {refused.Message}", refused);
        }
    }

    private async Task<SandboxPass> PassAsync(bool guarded, CancellationToken cancellation)
    {
        Fill([.. Enumerable.Range(0, ofEachKind).SelectMany(static number => new[] { SandboxMessages.Rule(number), SandboxMessages.Route(number) })]);
        var objects = KernelObjects.Read();
        var before = new RoutingSnapshot([.. objects.Select(static item => item.Shown)]);
        using var networkd = NetlinkSocket.OpenRoute(new NetlinkSocketOptions());
        using var guard = guarded ? await SandboxGuard.StartAsync(networkd.PortId, cancellation) : null;
        using var listener = new NetlinkListener();
        var sentAt = Flush(networkd, objects);
        var missing = await SettleAsync(before, listener, guarded, cancellation);
        return new SandboxPass
        {
            Guarded = guarded,
            Before = before.Counts,
            Seen = listener.Stop(sentAt),
            Missing = RoutingSnapshot.Count(missing),
        };
    }

    // One request a system call, rules after routes: networkd's way since v250.
    private static Dictionary<(ObjectKind, string), TimeSpan> Flush(NetlinkSocket networkd, List<KernelObject> objects)
    {
        var deletions = objects.OrderBy(static item => item.Shown.Kind).Select(static item => (item.Shown, Message: Deletion(item.Request))).ToList();
        var times = new long[deletions.Count];
        for (var i = 0; i < deletions.Count; i++)
        {
            times[i] = Clock.MonotonicNanoseconds();
            networkd.Send(deletions[i].Message);
        }

        return deletions.Zip(times).ToDictionary(
            static sent => (sent.First.Shown.Kind, sent.First.Shown.Identity),
            static sent => TimeSpan.FromMicroseconds(sent.Second / 1000.0));
    }

    private static byte[] Deletion(byte[] request)
    {
        var message = new byte[request.Length];
        var length = RequestForms.ToDelete(request, message);
        return message[..length];
    }

    private static async Task<IReadOnlyList<SnapshotObject>> SettleAsync(
        RoutingSnapshot before, NetlinkListener listener, bool guarded, CancellationToken cancellation)
    {
        var until = DateTime.UtcNow + Patience;
        while (true)
        {
            await Task.Delay(Poll, cancellation);
            if (listener.QuietFor < Quiet)
                continue;
            var missing = before.MissingIn(KernelObjects.Snapshot());
            if (!guarded || missing.Count == 0 || DateTime.UtcNow > until)
                return missing;
        }
    }

    private static void Fill(params byte[][] requests)
    {
        using var owner = NetlinkSocket.OpenRoute(new NetlinkSocketOptions());
        var batch = new ReceiveBatch(datagrams: 1);
        foreach (var request in requests)
        {
            owner.Send(request);
            owner.Receive(batch);
            var messages = new NetlinkReader(batch[0]);
            if (!messages.Next(out var message) || !NetlinkAck.TryRead(message, out var answer))
                throw new DrillException("the kernel did not answer a request of the sandbox");
            if (answer.Errno != 0)
                throw new DrillException($"the kernel refused an object of the sandbox with errno {answer.Errno} {System.Text.Encoding.UTF8.GetString(answer.Text)}");
        }
    }
}
