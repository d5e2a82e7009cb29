using System.Globalization;
using System.Net.Sockets;
using System.Text;
using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Tests.Fakes;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Hosting;

public sealed class ServiceManagerSocketTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };

    public void Dispose()
    {
        _manager.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Messages_reach_the_manager_on_a_path_and_on_an_abstract_address(bool isAbstract)
    {
        string name = isAbstract ? $"@nodeguard-{Guid.NewGuid():N}" : _directory.File("notify");
        _manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + name[1..] : name));
        using ServiceManagerSocket notifier = Notifier(("NOTIFY_SOCKET", name));

        notifier.Ready("guarding\nSTOPPING=1");
        notifier.Status("restoring");
        notifier.Watchdog();
        notifier.Reloading();
        notifier.Stopping();

        Receive().ShouldBe("READY=1\nSTATUS=guarding STOPPING=1");
        Receive().ShouldBe("STATUS=restoring");
        Receive().ShouldBe("WATCHDOG=1");
        Receive().ShouldMatch("^RELOADING=1\nMONOTONIC_USEC=[0-9]+$");
        Receive().ShouldBe("STOPPING=1");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("vsock:2:1234")]
    [InlineData("/does/not/exist")]
    public void Without_a_manager_nothing_happens(string? address)
    {
        using ServiceManagerSocket notifier = Notifier(("NOTIFY_SOCKET", address));

        Should.NotThrow(() => notifier.Ready("guarding"));
    }

    [Fact]
    public void The_watchdog_is_answered_twice_in_its_time_and_only_when_it_is_ours()
    {
        string self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

        Interval(("WATCHDOG_USEC", "15000000")).ShouldBe(TimeSpan.FromSeconds(7.5));
        Interval(("WATCHDOG_USEC", "15000000"), ("WATCHDOG_PID", self)).ShouldBe(TimeSpan.FromSeconds(7.5));
        Interval(("WATCHDOG_USEC", "15000000"), ("WATCHDOG_PID", "1")).ShouldBeNull();
        Interval(("WATCHDOG_USEC", "0")).ShouldBeNull();
        Interval(("WATCHDOG_USEC", "soon")).ShouldBeNull();
        Interval().ShouldBeNull();
    }

    private static TimeSpan? Interval(params (string Name, string? Value)[] variables)
    {
        using ServiceManagerSocket notifier = Notifier(variables);
        return notifier.WatchdogInterval;
    }

    private static ServiceManagerSocket Notifier(params (string Name, string? Value)[] variables) =>
        new(name => variables.FirstOrDefault(v => v.Name == name).Value);

    private string Receive()
    {
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, _manager.Receive(buffer));
    }
}
