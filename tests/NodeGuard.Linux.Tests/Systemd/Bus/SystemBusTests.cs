using NodeGuard.Linux.Systemd.Bus;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd.Bus;

public sealed class SystemBusTests : IAsyncLifetime, IDisposable
{
    private const string Driver = "org.freedesktop.DBus";
    private const string DriverPath = "/org/freedesktop/DBus";
    private const string Systemd = "org.freedesktop.systemd1";

    private readonly PrivateBus _daemon = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));

    public Task InitializeAsync()
    {
        _daemon.Offer("org.example.Sleeping", "/bin/false");
        return _daemon.StartAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _daemon.Dispose();
        _limit.Dispose();
    }

    [Fact]
    public async Task A_call_is_answered_with_its_values()
    {
        using SystemBus bus = Connect();
        (await OwnNameAsync(bus, "org.example.One")).ShouldBe(1u);
        var listed = (await CallDriverAsync(bus, "ListNames")).ShouldBeOfType<BusReply.Answer>();
        listed.Values.ShouldHaveSingleItem().ShouldBeOfType<object[]>().ShouldContain("org.example.One");
    }

    [Fact]
    public async Task A_property_is_read_as_its_type_and_another_type_is_unknown()
    {
        using SystemBus bus = Connect();
        var features = await bus.GetPropertyAsync<object[]>(Driver, DriverPath, Driver, "Features", _limit.Token);
        features.ShouldBeOfType<BusValue<object[]>.Known>();
        var wrong = await bus.GetPropertyAsync<uint>(Driver, DriverPath, Driver, "Features", _limit.Token);
        wrong.ShouldBeOfType<BusValue<uint>.Unknown>().Problem.ShouldContain("Features");
    }

    [Fact]
    public async Task A_callee_that_is_not_there_refuses_by_name()
    {
        using SystemBus bus = Connect();
        BusReply reply = await bus.CallAsync("org.example.Nobody", "/", "org.example.I", "M", [], _limit.Token);
        reply.ShouldBeOfType<BusReply.Refused>().ErrorName.ShouldStartWith("org.freedesktop.DBus.Error.");
    }

    [Fact]
    public async Task Asking_never_starts_a_service_that_the_bus_could_start()
    {
        using SystemBus bus = Connect();
        var startable = (await CallDriverAsync(bus, "ListActivatableNames")).ShouldBeOfType<BusReply.Answer>();
        startable.Values[0].ShouldBeOfType<object[]>().ShouldContain("org.example.Sleeping");
        BusReply reply = await bus.CallAsync("org.example.Sleeping", "/", "org.example.I", "M", [], _limit.Token);
        // Had the bus tried, it would complain that the program ended.
        reply.ShouldBeOfType<BusReply.Refused>().ErrorName.ShouldBe("org.freedesktop.DBus.Error.NameHasNoOwner");
    }

    [Fact]
    public async Task A_callee_that_never_answers_is_unavailable_after_the_timeout()
    {
        using SystemBus silent = Connect();
        await OwnNameAsync(silent, "org.example.Silent");
        using SystemBus bus = Connect();
        BusReply reply = await bus.CallAsync(
            "org.example.Silent", "/", "org.example.I", "M", [], _limit.Token, TimeSpan.FromMilliseconds(50));
        reply.ShouldBeOfType<BusReply.Unavailable>().Problem.ShouldContain("no answer after 0.05 s");
    }

    [Fact]
    public async Task A_call_that_cannot_be_formed_is_unavailable_and_harms_nobody()
    {
        using SystemBus bus = Connect();
        (await bus.CallAsync(Driver, "not a path", Driver, "GetId", [], _limit.Token)).ShouldBeOfType<BusReply.Unavailable>();
        (await CallDriverAsync(bus, "GetId")).ShouldBeOfType<BusReply.Answer>();
    }

    [Fact]
    public async Task A_service_that_comes_is_told_to_watchers()
    {
        using SystemBus bus = Connect();
        await using var events = bus.WatchAsync(_limit.Token).GetAsyncEnumerator();
        await NextAsync<BusEvent.Connected>(events);
        using SystemBus other = Connect();
        await OwnNameAsync(other, Systemd);
        var signal = await NextAsync<BusEvent.Signal>(events);
        signal.Member.ShouldBe("NameOwnerChanged");
        signal.Values[0].ShouldBe(Systemd);
        signal.Values[2].ShouldBeOfType<string>().ShouldStartWith(":");
    }

    [Fact]
    [Trait("Invariant", "4")]
    public async Task A_bus_that_dies_and_comes_back_is_connected_anew_with_its_matches()
    {
        using SystemBus bus = Connect();
        await using var events = bus.WatchAsync(_limit.Token).GetAsyncEnumerator();
        await NextAsync<BusEvent.Connected>(events);
        _daemon.Kill();
        (await NextAsync<BusEvent.Disconnected>(events)).Problem.ShouldNotBeEmpty();
        (await CallDriverAsync(bus, "GetId")).ShouldBeOfType<BusReply.Unavailable>();
        await _daemon.StartAsync();
        await NextAsync<BusEvent.Connected>(events);
        using SystemBus other = Connect();
        await OwnNameAsync(other, Systemd);
        (await NextAsync<BusEvent.Signal>(events)).Values[0].ShouldBe(Systemd);
    }

    [Fact]
    public async Task A_watcher_that_is_too_slow_is_told_that_it_missed_something()
    {
        using var bus = new SystemBus(new BusOptions { Address = _daemon.Address, WatchCapacity = 2 });
        await using var events = bus.WatchAsync(_limit.Token).GetAsyncEnumerator();
        await NextAsync<BusEvent.Connected>(events);
        using SystemBus other = Connect();
        for (int i = 0; i < 4; i++)
        {
            await OwnNameAsync(other, Systemd);
            await other.CallAsync(Driver, DriverPath, Driver, "ReleaseName", [BusArgument.String(Systemd)], _limit.Token);
        }

        // Own calls come after the signals on this connection, so all eight have been told by now.
        await CallDriverAsync(bus, "GetId");
        (await events.MoveNextAsync()).ShouldBeTrue();
        events.Current.ShouldBeOfType<BusEvent.Missed>();
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task Without_a_bus_everything_is_unavailable_and_the_watcher_is_told()
    {
        using var bus = new SystemBus(new BusOptions { Address = "unix:path=/nonexistent/nodeguard/bus" });
        await using var events = bus.WatchAsync(_limit.Token).GetAsyncEnumerator();
        await NextAsync<BusEvent.Disconnected>(events);
        (await CallDriverAsync(bus, "GetId")).ShouldBeOfType<BusReply.Unavailable>().Problem.ShouldContain("/nonexistent/nodeguard/bus");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task Without_the_library_everything_is_unavailable_and_says_which_package()
    {
        using var bus = new SystemBus(new BusOptions { Address = _daemon.Address, Library = "libnodeguard-missing.so.0" });
        (await CallDriverAsync(bus, "GetId")).ShouldBeOfType<BusReply.Unavailable>().Problem.ShouldContain("libsystemd0");
    }

    [Fact]
    public async Task Disposing_answers_what_is_under_way_and_ends_the_watchers()
    {
        using SystemBus silent = Connect();
        await OwnNameAsync(silent, "org.example.Silent");
        var bus = Connect();
        await using var events = bus.WatchAsync(_limit.Token).GetAsyncEnumerator();
        await NextAsync<BusEvent.Connected>(events);
        Task<BusReply> waiting = bus.CallAsync("org.example.Silent", "/", "org.example.I", "M", [], _limit.Token);
        bus.Dispose();
        (await waiting).ShouldBeOfType<BusReply.Unavailable>();
        (await events.MoveNextAsync()).ShouldBeFalse();
        (await CallDriverAsync(bus, "GetId")).ShouldBeOfType<BusReply.Unavailable>();
    }

    private SystemBus Connect() => new(new BusOptions { Address = _daemon.Address });

    private Task<BusReply> CallDriverAsync(SystemBus bus, string member) =>
        bus.CallAsync(Driver, DriverPath, Driver, member, [], _limit.Token);

    private async Task<uint> OwnNameAsync(SystemBus bus, string name)
    {
        BusReply reply = await bus.CallAsync(
            Driver, DriverPath, Driver, "RequestName", [BusArgument.String(name), BusArgument.UInt32(0)], _limit.Token);
        return reply.ShouldBeOfType<BusReply.Answer>().Values.ShouldHaveSingleItem().ShouldBeOfType<uint>();
    }

    /// <summary>The next event of this kind; others, such as the state at the start, may come before it.</summary>
    private static async Task<T> NextAsync<T>(IAsyncEnumerator<BusEvent> events)
        where T : BusEvent
    {
        while (await events.MoveNextAsync())
        {
            if (events.Current is T wanted)
                return wanted;
        }

        throw new InvalidOperationException($"the bus told no {typeof(T).Name}");
    }
}
