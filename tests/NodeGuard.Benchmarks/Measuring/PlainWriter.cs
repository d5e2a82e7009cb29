using System.Buffers;
using System.Buffers.Text;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace NodeGuard.Benchmarks.Measuring;

/// <summary>
/// One connection of HTTP/1.1 over TLS that sends a request and waits for its answer, again and again. It costs a fraction of
/// what a client library does, which would otherwise take the cores that the measured server needs.
/// </summary>
internal sealed class PlainWriter : IDisposable
{
    private readonly SslStream _stream;
    private readonly string _headers;
    private readonly ArrayBufferWriter<byte> _request = new(4096);
    private readonly byte[] _answer = new byte[64 * 1024];

    private PlainWriter(SslStream stream, SandboxEndpoint endpoint)
    {
        _stream = stream;
        _headers = $" HTTP/1.1\r\nHost: {endpoint.Address.Authority}\r\nAuthorization: Bearer {endpoint.Token}\r\nUser-Agent: bench\r\nContent-Type: application/json\r\nContent-Length: ";
    }

    public static async Task<PlainWriter> ConnectAsync(SandboxEndpoint endpoint, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint.Address.Host, endpoint.Address.Port, cancellation);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = endpoint.Address.Host, CertificateChainPolicy = Trust(endpoint) }, cancellation);
        return new PlainWriter(stream, endpoint);
    }

    /// <summary>Trusts the sandbox's own authority, and no other.</summary>
    public static X509ChainPolicy Trust(SandboxEndpoint endpoint)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(endpoint.AuthorityPem);
        return policy;
    }

    /// <exception cref="IOException">The server refused it, or answered what is not HTTP/1.1.</exception>
    public async Task SendAsync(string method, string path, string body, CancellationToken cancellation)
    {
        _request.ResetWrittenCount();
        Encoding.ASCII.GetBytes($"{method} {path}{_headers}{Encoding.UTF8.GetByteCount(body)}\r\n\r\n", _request);
        Encoding.UTF8.GetBytes(body, _request);
        await _stream.WriteAsync(_request.WrittenMemory, cancellation);
        int filled = 0;
        while (!IsWhole(_answer.AsSpan(0, filled)))
        {
            int read = await _stream.ReadAsync(_answer.AsMemory(filled), cancellation);
            filled += read > 0 ? read : throw new IOException($"{method} {path}: the answer ended after {filled} bytes");
        }

        if (!_answer.AsSpan().StartsWith("HTTP/1.1 20"u8))
            throw new IOException($"{method} {path}: {Encoding.UTF8.GetString(_answer, 0, filled)}");
    }

    public void Dispose() => _stream.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        int end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        ReadOnlySpan<byte> field = "\r\nContent-Length: "u8;
        int length = answer[..end].IndexOf(field);
        return length >= 0 && Utf8Parser.TryParse(answer[(length + field.Length)..], out int bytes, out _)
            ? answer.Length >= end + 4 + bytes
            : throw new IOException($"an answer without Content-Length: {Encoding.UTF8.GetString(answer[..end])}");
    }
}
