using System.Net.Sockets;
using NodeGuard.Linux.Files;

namespace NodeGuard.Agent.Http;

/// <summary>The file of a unix socket that an earlier process may have left behind.</summary>
internal static class SocketFile
{
    /// <summary>Removes the file only when it is a socket that nobody answers.</summary>
    /// <exception cref="IOException">Something lives there, or it is no socket; the message says which.</exception>
    public static void RemoveStale(string path)
    {
        // File.Exists follows links; a dangling link is in the way all the same and makes bind() say so.
        if (!Path.Exists(path))
        {
            return;
        }

        if (!FileType.IsSocket(path))
        {
            throw new IOException($"{path} is no socket and is left alone; move it away or set http.socket");
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException e)
        {
            throw new IOException($"{path} could not be asked whether somebody answers ({e.Message}); remove it or set http.socket", e);
        }

        throw new IOException($"another process answers on {path}; stop it or set http.socket");
    }
}
