using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Packages.Ways;

/// <summary>snapd, asked over its unix socket. Failures are values; only cancellation throws.</summary>
/// <param name="root">Of the host.</param>
/// <param name="time">For pauses and bounds.</param>
public sealed class SnapdSocket(HostRoot root, TimeProvider time)
{
    private const string Socket = "/run/snapd.socket";
    private const string Conf = "http://snapd/v2/snaps/system/conf";
    private const int LongestAnswer = 1024 * 1024;

    // The question may be what starts snapd, which then looks at its seeds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    // One that has no network asks its store for half a minute before it does anything else.
    private static readonly TimeSpan ChangePatience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    public async Task<SnapLook> LookAsync(CancellationToken cancellation)
    {
        if (!root.Exists(Socket))
            return new SnapLook.Absent();
        try
        {
            using SocketsHttpHandler connections = Connections();
            using HttpClient http = Client(connections);
            return SnapAnswer.Hold(await GetAsync(http, $"{Conf}?keys={SnapAnswer.Key}", cancellation));
        }
        catch (Exception e) when (IsFailure(e, cancellation))
        {
            return new SnapLook.Unknown(Text(e));
        }
    }

    /// <returns>Null when snapd has done it; otherwise why not.</returns>
    public async Task<string?> SetAsync(SnapSetting setting, CancellationToken cancellation)
    {
        try
        {
            using SocketsHttpHandler connections = Connections();
            using HttpClient http = Client(connections);
            string value = setting.Value is null ? "null" : $"\"{JsonEncodedText.Encode(setting.Value)}\"";
            using var content = new StringContent($"{{\"{SnapAnswer.Key}\":{value}}}", Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await http.PutAsync(new Uri(Conf), content, cancellation);
            (string? change, string? problem) = SnapAnswer.Accepted(await response.Content.ReadAsByteArrayAsync(cancellation));
            return change is null ? problem : await UntilEndedAsync(http, change, cancellation);
        }
        catch (Exception e) when (IsFailure(e, cancellation))
        {
            return Text(e);
        }
    }

    private async Task<string?> UntilEndedAsync(HttpClient http, string change, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < ChangePatience)
        {
            (bool ended, string? problem) = SnapAnswer.Ended(await GetAsync(http, $"http://snapd/v2/changes/{change}", cancellation));
            if (ended)
                return problem;
            await Task.Delay(BetweenLooks, time, cancellation);
        }

        return $"snapd has not set {SnapAnswer.Key} within {ChangePatience.TotalSeconds:0} s; see: snap tasks {change}";
    }

    // snapd tells failures in the body, whatever the status.
    private static async Task<ReadOnlyMemory<byte>> GetAsync(HttpClient http, string address, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await http.GetAsync(new Uri(address), cancellation);
        return await response.Content.ReadAsByteArrayAsync(cancellation);
    }

    private SocketsHttpHandler Connections() => new() { ConnectCallback = ConnectAsync, UseProxy = false, AllowAutoRedirect = false };

    private static HttpClient Client(SocketsHttpHandler connections) =>
        new(connections, disposeHandler: false) { Timeout = Patience, MaxResponseContentBufferSize = LongestAnswer };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
#pragma warning disable CA2000 // The stream owns it.
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
#pragma warning restore CA2000
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(root.Map(root.Resolve(Socket) ?? Socket)), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsFailure(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or IOException or SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested);

    private static string Text(Exception e) => e is OperationCanceledException
        ? $"snapd did not answer within {Patience.TotalSeconds:0} s; see: systemctl status snapd"
        : $"snapd could not be asked ({(e.InnerException ?? e).Message}); see: systemctl status snapd.socket";
}
