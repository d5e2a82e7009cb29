using System.Net.Sockets;
using System.Security.Authentication;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Client;

/// <summary>From what the HTTP stack throws to a failure that says where it broke and what to look at. Pure.</summary>
internal static class ConnectionFailure
{
    public static bool Explains(Exception error) => error is HttpRequestException or IOException or InvalidDataException;

    public static ApiFailure From(ApiRequest request, Uri server, Exception error)
    {
        var (kind, what) = Describe(error);
        return new ApiFailure(kind, 0, string.Empty, $"{request}: {server.GetLeftPart(UriPartial.Authority)}: {what}", null, []);
    }

    public static ApiFailure TimedOut(ApiRequest request, Uri server, TimeSpan timeout, string phase) => new(
        ApiFailureKind.Timeout,
        0,
        string.Empty,
        $"{request}: {server.GetLeftPart(UriPartial.Authority)}: no {phase} within {timeout.TotalSeconds:0.###} s",
        null,
        []);

    private static (ApiFailureKind Kind, string What) Describe(Exception error) => error switch
    {
        InvalidDataException => (ApiFailureKind.Malformed, "the compressed body is broken"),
        HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => (ApiFailureKind.Malformed, "the body ended before its length"),
        HttpRequestException { InnerException: HttpIOException inner } http when http.HttpRequestError == HttpRequestError.ResponseEnded =>
            (ApiFailureKind.Unreachable, $"the connection was closed before an answer came ({inner.HttpRequestError})"),
        HttpRequestException http => (ApiFailureKind.Unreachable, Describe(http)),
        _ => (ApiFailureKind.Unreachable, $"the connection broke: {Innermost(error).Message}"),
    };

    private static string Describe(HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "the server's name does not resolve; look at the address and at DNS",
        HttpRequestError.ConnectionError => $"no connection: {Socket(error)}; is the address right and the server up?",
        HttpRequestError.SecureConnectionError => $"TLS failed: {Innermost(error, typeof(AuthenticationException))}",
        // The framework's text shows the proxy's address with its password.
        HttpRequestError.ProxyTunnelError => $"the proxy made no tunnel{(error.StatusCode is { } code ? $" (HTTP {(int)code})" : string.Empty)}; look at its address and credentials",
        HttpRequestError.VersionNegotiationError or HttpRequestError.HttpProtocolError or HttpRequestError.InvalidResponse =>
            "the server does not speak HTTP here",
        HttpRequestError.ConfigurationLimitExceeded => "the answer's head is too large",
        _ => $"the connection failed ({error.HttpRequestError}): {Socket(error)}",
    };

    private static string Socket(Exception error) =>
        Innermost(error) is SocketException socket ? socket.SocketErrorCode.ToString() : Innermost(error).GetType().Name;

    private static string Innermost(Exception error, Type wanted)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (wanted.IsInstanceOfType(e))
                return e.Message;
        }

        return Innermost(error).Message;
    }

    private static Exception Innermost(Exception error)
    {
        while (error.InnerException is { } inner)
            error = inner;
        return error;
    }
}
