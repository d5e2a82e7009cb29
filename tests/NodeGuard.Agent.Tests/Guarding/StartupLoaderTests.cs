using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Agent.Guarding;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Recovery;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Guarding;

/// <summary>What a second agent makes of the ledger that the first one saved, against the real kernel.</summary>
[Trait("Needs", "root")]
public sealed class StartupLoaderTests : IDisposable
{
    private static readonly LedgerBinding Before = new("this boot", 7, "first start");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TestNamespace _namespace = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-loader-").FullName;

    public StartupLoaderTests()
    {
        _namespace.Ip("rule", "add", "from", "10.9.0.0/24", "lookup", "1000", "priority", "1000");
        _namespace.Ip("rule", "add", "from", "10.9.1.0/24", "lookup", "1001", "priority", "1001");
        _namespace.Ip("route", "add", "10.8.0.0/24", "via", "10.77.0.9", "dev", "eth0", "table", "1000");
    }

    [Fact]
    [Trait("Invariant", "2")]
    [Trait("Invariant", "9")]
    public async Task AFlushThatNobodyWatchedIsUndone()
    {
        string rules = _namespace.Rules();
        await SaveAsync(pin: false);
        _namespace.Ip("rule", "del", "priority", "1000");
        _namespace.Ip("rule", "del", "priority", "1001");

        await LoadAsync(Before with { NetworkdInvocation = "second start" });

        _namespace.Rules().ShouldBe(rules);
    }

    [Fact]
    [Trait("Invariant", "3")]
    [Trait("Invariant", "9")]
    public async Task AHopWhoseWeightNobodyTellsWhileItIsAloneKeepsTheOneThatTheEarlierAgentSaw()
    {
        _namespace.Ip("-6", "addr", "add", "2001:db8:77::2/64", "dev", "eth0", "nodad");
        _namespace.Ip(
            "-6", "route", "add", "2001:db8:53::/48", "nexthop", "via", "2001:db8:77::1", "weight", "2",
            "nexthop", "via", "2001:db8:77::9", "weight", "3");
        await SaveAsync(pin: false);
        _namespace.Ip("-6", "route", "del", "2001:db8:53::/48", "via", "2001:db8:77::1", "dev", "eth0");
        _namespace.Ip("rule", "del", "priority", "1000");
        _namespace.Ip("rule", "del", "priority", "1001");

        await LoadAsync(Before with { NetworkdInvocation = "second start" });

        string route = _namespace.Ip("-6", "route", "show", "2001:db8:53::/48");
        route.ShouldMatch("via 2001:db8:77::1 dev eth0 weight 2 [\\s\\S]*via 2001:db8:77::9 dev eth0 weight 3 ");
    }

    [Fact]
    [Trait("Invariant", "1")]
    public async Task WhatAnOwnerDeletedMeanwhileStaysDeleted()
    {
        await SaveAsync(pin: false);
        _namespace.Ip("rule", "del", "priority", "1000");
        _namespace.Ip("rule", "del", "priority", "1001");

        await LoadAsync(Before);

        _namespace.Rules().ShouldNotContain("lookup 1000");
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(315_360_000_000_000_000L)]
    [Trait("Invariant", "9")]
    public async Task ALedgerThatWasSavedInTheFutureIsTakenAsItIs(long savedAtBoottime)
    {
        string rules = _namespace.Rules();
        await SaveAsync(pin: false, savedAtBoottime);
        _namespace.Ip("rule", "del", "priority", "1000");
        _namespace.Ip("rule", "del", "priority", "1001");

        await LoadAsync(Before with { NetworkdInvocation = "second start" });

        _namespace.Rules().ShouldBe(rules);
    }

    [Fact]
    public async Task APinComesBackInTheNextBootOnTheLinkOfItsName()
    {
        await SaveAsync(pin: true);
        string routes = _namespace.Routes();
        _namespace.Ip("link", "del", "eth0");
        _namespace.Ip("link", "add", "other", "type", "bridge");
        _namespace.Ip("link", "add", "eth0", "type", "bridge");
        _namespace.Ip("link", "set", "eth0", "addrgenmode", "none");
        _namespace.Ip("addr", "add", "10.77.0.2/24", "dev", "eth0");
        _namespace.Ip("link", "set", "eth0", "up");

        await LoadAsync(Before with { BootId = "next boot" });

        _namespace.Routes().Split('\n').Order().ShouldBe(routes.Split('\n').Order());
    }

    public void Dispose()
    {
        _namespace.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private GuardThread NewGuard() => _namespace.Inside(() => new GuardThread(
        new GuardThreadOptions(), new NetlinkAuthors("/proc"), FlightMark.Open(Path.Combine(_directory, "flight"))));

    private async Task SaveAsync(bool pin, long savedAtBoottime = 0)
    {
        using GuardThread guard = NewGuard();
        guard.Start();
        await guard.Started.WaitAsync(Patience);
        SavedObject[] saved = await guard.AskAsync(
            thread => thread.Guard.Ledger.Entries
                .Where(entry => entry.Key.Kind is ObjectKind.Rule or ObjectKind.Route)
                .Select(entry => new SavedObject(
                    Ownership.Foreign, pin, thread.LinkTable.NameOf(entry.Facts.LinkIndex) ?? "", entry.Request.ToArray())).ToArray(),
            CancellationToken.None);
        new LedgerStore(_directory).Write(LedgerCodec.Write(Before, savedAtBoottime, saved)).ShouldBeNull();
    }

    private async Task LoadAsync(LedgerBinding live)
    {
        using GuardThread guard = NewGuard();
        guard.Start();
        await guard.Started.WaitAsync(Patience);
        await new StartupLoader(new LedgerStore(_directory), guard.Mark, NullLogger.Instance)
            .LoadAsync(guard, live, CancellationToken.None);
        await guard.ReadKernelAsync(CancellationToken.None).WaitAsync(Patience);
    }
}
