using System.Buffers.Binary;
using NodeGuard.Agent.Guarding;
using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Guarding;

/// <summary>The guard against the real kernel; networkd is played by a socket whose portid is declared to be its own.</summary>
[Trait("Needs", "root")]
public sealed class GuardThreadTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TestNamespace _namespace = new();
    private readonly GuardThread _guard;
    private readonly NetlinkSocket _networkd;

    public GuardThreadTests()
    {
        var authors = new NetlinkAuthors("/proc");
        (_guard, _networkd) = _namespace.Inside(() => (
            new GuardThread(new GuardThreadOptions(), authors, FlightMark.Open(Path.GetTempFileName())),
            NetlinkSocket.OpenRoute(new NetlinkSocketOptions())));
        authors.SetNetworkd([_networkd.PortId]);
    }

    [Fact]
    [Trait("Invariant", "2")]
    [Trait("Invariant", "3")]
    public async Task FiveHundredFlushedObjectsAreBackAsTheyWere()
    {
        _namespace.IpBatch(Enumerable.Range(0, 250).SelectMany(i => new[]
        {
            $"rule add from 10.9.{i}.0/24 lookup {1000 + i} priority {1000 + i} protocol 17",
            $"route add 10.8.{i}.0/24 via 10.77.0.9 dev eth0 table {1000 + i} metric 7 proto 4",
        }));
        string rules = _namespace.Rules();
        string routes = _namespace.Routes();
        await StartAsync();

        await FlushAsync();

        await EventuallyAsync(() => _namespace.Rules() + _namespace.Routes(), rules + routes);
        _guard.Guard.Episode.LostSoFar.ShouldBe(500);
    }

    [Fact]
    [Trait("Invariant", "2")]
    public async Task WhatHangsOnAddressesAndNexthopsComesBackWithThem()
    {
        _namespace.Ip("addr", "add", "192.0.2.9/32", "dev", "eth0");
        _namespace.Ip("-6", "addr", "add", "2001:db8::9/128", "dev", "eth0", "nodad");
        _namespace.Ip("nexthop", "add", "id", "7", "via", "10.77.0.9", "dev", "eth0");
        _namespace.Ip("nexthop", "add", "id", "8", "via", "10.77.0.10", "dev", "eth0");
        _namespace.Ip("nexthop", "add", "id", "20", "group", "7,3/8");
        _namespace.Ip("route", "add", "198.51.100.0/24", "nhid", "7");
        _namespace.Ip("route", "add", "198.51.101.0/24", "nhid", "20");
        _namespace.Ip("route", "add", "198.51.102.0/24", "via", "10.77.0.9", "src", "192.0.2.9");
        string before = Everything();
        await StartAsync();

        await FlushAsync();

        await EventuallyAsync(Everything, before);
    }

    [Fact]
    public async Task WhoWaitsForTheLedgerIsToldOfAChangeAndThenNotBeforeItAsksAgain()
    {
        var told = new SemaphoreSlim(0);
        LedgerWatch watch = _guard.WatchLedger(() => told.Release());
        await StartAsync();
        await _guard.ReadKernelAsync(CancellationToken.None).WaitAsync(Patience);
        watch.Arm(await _guard.AskAsync(guard => guard.Guard.Ledger.Version, CancellationToken.None).WaitAsync(Patience));

        _namespace.Ip("rule", "add", "from", "10.9.0.0/24", "lookup", "1000", "priority", "1000");
        (await told.WaitAsync(Patience)).ShouldBeTrue();
        _namespace.Ip("rule", "add", "from", "10.9.1.0/24", "lookup", "1000", "priority", "1000");
        await _guard.ReadKernelAsync(CancellationToken.None).WaitAsync(Patience);

        told.CurrentCount.ShouldBe(0);
    }

    [Fact]
    [Trait("Invariant", "3")]
    public async Task AHopComesBackWithTheWeightThatItsOwnerGaveItLast()
    {
        _namespace.Ip("-6", "addr", "add", "2001:db8:77::2/64", "dev", "eth0", "nodad");
        await StartAsync();
        foreach (string weight in new[] { "2", "1", "7" })
        {
            _namespace.Ip(
                "-6", "route", "replace", "2001:db8:53::/48", "nexthop", "via", "2001:db8:77::1", "weight", weight,
                "nexthop", "via", "2001:db8:77::9", "weight", "3");
        }

        string before = _namespace.Routes();
        await _guard.ReadKernelAsync(CancellationToken.None).WaitAsync(Patience);

        await FlushAsync();

        await EventuallyAsync(_namespace.Routes, before);
    }

    [Fact]
    [Trait("Invariant", "1")]
    public async Task WhatIpDeletesStaysDeleted()
    {
        _namespace.Ip("rule", "add", "from", "10.9.0.0/24", "lookup", "1000", "priority", "1000");
        await StartAsync();

        _namespace.Ip("rule", "del", "priority", "1000");
        await _guard.ReadKernelAsync(CancellationToken.None).WaitAsync(Patience);

        _namespace.Rules().ShouldNotContain("1000:");
    }

    public void Dispose()
    {
        _guard.Dispose();
        _networkd.Dispose();
        _namespace.Dispose();
    }

    private async Task StartAsync()
    {
        _guard.Start();
        await _guard.Started.WaitAsync(Patience);
    }

    /// <summary>Deletes, as networkd does, every foreign object that the ledger knows.</summary>
    private async Task FlushAsync()
    {
        byte[][] requests = await _guard.AskAsync(
            guard => guard.Guard.Ledger.Entries
                .Where(entry => !(entry.Key.Kind == ObjectKind.Address && entry.Key.PrefixLength == 24))
                .OrderByDescending(entry => entry.Key.Kind == ObjectKind.Route)
                .ThenBy(entry => entry.Key.Kind)
                .ThenBy(entry => entry.Order)
                .Select(entry => entry.Request.ToArray()).ToArray(),
            CancellationToken.None);
        foreach (byte[] request in requests)
        {
            var deletion = new byte[request.Length];
            int length = RequestForms.ToDelete(request, deletion);
            BinaryPrimitives.WriteUInt32LittleEndian(deletion.AsSpan(8), 1);
            _networkd.Send(deletion.AsSpan(0, length)).Errno.ShouldBe(0);
        }
    }

    private string Everything() => _namespace.Ip("nexthop") + _namespace.Routes() + _namespace.Ip("-br", "addr");

    private async Task EventuallyAsync(Func<string> read, string wanted)
    {
        long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (read() != wanted && Environment.TickCount64 < deadline)
        {
            await timer.WaitForNextTickAsync();
        }

        IEnumerable<string> refused = await _guard.AskAsync(
            guard => guard.Guard.Ledger.Entries.Where(entry => entry.State != EntryState.Present)
                .Select(entry => $"{entry.Key} is {entry.State}: {entry.RefusedErrno} {entry.RefusalText}").ToArray(),
            CancellationToken.None);
        refused.ShouldBeEmpty();
        string[] now = read().Split('\n');
        string[] then = wanted.Split('\n');
        then.Except(now).Select(line => "lost: " + line).Concat(now.Except(then).Select(line => "new: " + line)).ShouldBeEmpty();
        now.ShouldBe(then);
    }
}
