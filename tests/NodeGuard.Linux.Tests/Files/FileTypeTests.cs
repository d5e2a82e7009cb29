using System.Net.Sockets;
using NodeGuard.Linux.Files;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Files;

public sealed class FileTypeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ng-type-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_socket_is_one_and_a_link_to_it_is_not()
    {
        string path = Path.Combine(_directory, "s");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        File.CreateSymbolicLink(path + ".link", path);

        FileType.IsSocket(path).ShouldBeTrue();
        FileType.IsSocket(path + ".link").ShouldBeFalse();
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/proc/self/status")]
    [InlineData("/tmp")]
    [InlineData("/does/not/exist")]
    public void Anything_else_is_none(string path) => FileType.IsSocket(path).ShouldBeFalse();
}
