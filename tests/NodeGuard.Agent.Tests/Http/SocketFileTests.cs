using System.Net.Sockets;
using NodeGuard.Agent.Http;
using NodeGuard.Agent.Tests.Fakes;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Http;

public sealed class SocketFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string SocketPath => _directory.File("agent.sock");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void No_file_is_no_problem() => SocketFile.RemoveStale(SocketPath);

    [Fact]
    public void A_socket_that_nobody_answers_is_removed()
    {
        LeaveStaleSocket();

        SocketFile.RemoveStale(SocketPath);

        File.Exists(SocketPath).ShouldBeFalse();
    }

    [Fact]
    public async Task A_socket_that_somebody_answers_stays()
    {
        await using HttpTestServer server = HttpTestServer.OnSocket((_, _) => Task.CompletedTask);

        Should.Throw<IOException>(() => SocketFile.RemoveStale(server.Socket!)).Message.ShouldContain("another process answers");

        File.Exists(server.Socket).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("precious")]
    public void A_file_that_is_no_socket_stays(string content)
    {
        File.WriteAllText(SocketPath, content);

        Should.Throw<IOException>(() => SocketFile.RemoveStale(SocketPath)).Message.ShouldContain("is no socket");

        File.ReadAllText(SocketPath).ShouldBe(content);
    }

    private void LeaveStaleSocket()
    {
        // Renaming keeps the runtime from removing the file when it closes the socket.
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        string born = _directory.File("born.sock");
        socket.Bind(new UnixDomainSocketEndPoint(born));
        socket.Listen();
        File.Move(born, SocketPath);
    }
}
