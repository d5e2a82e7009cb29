using NodeGuard.Agent.Guarding;
using NodeGuard.Core.Routing;
using NodeGuard.Linux.Systemd;
using NodeGuard.Linux.Systemd.Description;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Guarding;

[Trait("Needs", "root")]
public sealed class NetworkdOwnershipTests : IDisposable
{
    private static readonly NetworkdOwnObjects Silence = new([], [], [], [], 0);

    private readonly TestNamespace _namespace = new();
    private readonly GuardThread _guard;
    private readonly IReadOnlyList<NetworkdLink> _links;

    public NetworkdOwnershipTests()
    {
        _namespace.Ip("route", "add", "10.8.0.0/24", "via", "10.77.0.9", "dev", "eth0", "proto", "static");
        _guard = _namespace.Inside(() => new GuardThread(
            new GuardThreadOptions(), new NetlinkAuthors("/proc"), FlightMark.Open(Path.GetTempFileName())));
        int index = int.Parse(_namespace.Ip("-o", "link", "show", "eth0").Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);
        _links = [new NetworkdLink(index, "configured", "/etc/systemd/network/10.network")];
    }

    [Fact]
    public async Task AGuessIsCorrectedByTheFirstDescription()
    {
        await StartAsync();
        (await OwnerAsync()).ShouldBe(Ownership.Networkd, "static, on a managed link");

        await ApplyAsync(Silence);

        (await OwnerAsync()).ShouldBe(Ownership.Foreign);
    }

    [Fact]
    public async Task SilenceDoesNotTakeBackWhatNetworkdOnceDescribed()
    {
        await StartAsync();
        ObjectKey key = await _guard.AskAsync(guard => Route(guard).Key, CancellationToken.None);
        await ApplyAsync(Silence with { Routes = [new OwnRoute(key, "static", _links[0].Index, 1, 4, null)] });

        await ApplyAsync(Silence);

        (await OwnerAsync()).ShouldBe(Ownership.Networkd);
    }

    public void Dispose()
    {
        _guard.Dispose();
        _namespace.Dispose();
    }

    private static LedgerEntry Route(GuardThread guard) =>
        guard.Guard.Ledger.Entries.Single(entry => entry.Key.Kind == ObjectKind.Route);

    private async Task StartAsync()
    {
        _guard.OwnerOf = new NetworkdOwnership(_links).OwnerOf;
        _guard.Start();
        await _guard.Started.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private Task<Ownership> OwnerAsync() => _guard.AskAsync(guard => Route(guard).Owner, CancellationToken.None);

    private Task<bool> ApplyAsync(NetworkdOwnObjects described) => _guard.AskAsync(
        guard =>
        {
            new NetworkdOwnership(_links, described).Apply(guard);
            return true;
        },
        CancellationToken.None);
}
