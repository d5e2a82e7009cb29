using System.Net;
using System.Net.Sockets;
using NodeGuard.Core.Resolving;
using NodeGuard.Linux.Resolving;
using NodeGuard.Linux.Tests.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Resolving;

/// <summary>Nameservers on addresses of the loopback, asked over real sockets.</summary>
public sealed class HostNameserversTests : IDisposable
{
    private const string Stub = "127.0.0.53";

    private readonly FixtureRoot _host = new();
    private readonly List<Socket> _servers = [];
    private int _port;

    public void Dispose()
    {
        _host.Dispose();
        _servers.ForEach(static server => server.Dispose());
    }

    [Fact]
    public async Task A_server_that_answers_resolves_after_a_datagram_that_answers_nothing()
    {
        Serve("127.0.0.2", static question => [[1, 2, 3], [.. question[..2], 0x81, 0x80, .. question[4..]]]);
        _host.With("/etc/resolv.conf", "nameserver 127.0.0.2\n");

        (await ResolveAsync()).ShouldBe(true);
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_is_resolved()
    {
        // Its port is closed again: the kernel says so, and nobody waits.
        Serve("127.0.0.3", static _ => []);
        _servers[0].Dispose();
        _host.With("/etc/resolv.conf", "nameserver 127.0.0.3\n");

        (await ResolveAsync()).ShouldBe(false);
    }

    [Fact]
    public async Task Behind_the_stub_those_are_asked_that_it_asks()
    {
        Serve(Stub, Refuse);
        Serve("127.0.0.4", Refuse);
        _host.With("/run/systemd/resolve/stub-resolv.conf", $"nameserver {Stub}\n").Linked("/etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf")
            .With("/run/systemd/resolve/resolv.conf", "nameserver 127.0.0.4\n");
        (await ResolveAsync()).ShouldBe(true);

        _servers[1].Dispose();

        (await ResolveAsync()).ShouldBe(false, "the stub alone answers from its cache");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("search example.org\n")]
    [Trait("Invariant", "11")]
    public async Task Without_a_nameserver_nothing_is_known(string? settings)
    {
        if (settings is not null)
            _host.With("/etc/resolv.conf", settings);

        (await ResolveAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Whoever_gives_up_is_not_kept()
    {
        Serve("127.0.0.5", static _ => []);
        _host.With("/etc/resolv.conf", "nameserver 127.0.0.5\n");
        using var cancellation = new CancellationTokenSource();
        Task<bool?> asked = new HostNameservers(_host.Root, TimeProvider.System, _port).ResolveAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(asked);
    }

    private static byte[][] Refuse(byte[] question) => [[.. question[..2], 0x81, 0x85, .. question[4..]]];

    private Task<bool?> ResolveAsync() => new HostNameservers(_host.Root, TimeProvider.System, _port).ResolveAsync(CancellationToken.None);

    /// <summary>All on one port, which the first is given.</summary>
    private void Serve(string address, Func<byte[], byte[][]> answers)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), _port));
        _port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        _servers.Add(socket);
        _ = AnswerAsync(socket, answers);
    }

    private static async Task AnswerAsync(Socket socket, Func<byte[], byte[][]> answers)
    {
        var packet = new byte[DnsQuestion.MaxAnswerBytes];
        try
        {
            while (true)
            {
                SocketReceiveFromResult question = await socket.ReceiveFromAsync(packet, new IPEndPoint(IPAddress.Any, 0));
                foreach (byte[] answer in answers(packet[..question.ReceivedBytes]))
                    await socket.SendToAsync(answer, question.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
