using Microsoft.Extensions.Logging;

namespace NodeGuard.Agent.Http;

internal static partial class HttpLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger log, Exception exception, string method, string path);

    [LoggerMessage(2, LogLevel.Information, "{What} is served on {EndPoint}")]
    public static partial void Serving(ILogger log, string what, string endPoint);

    [LoggerMessage(3, LogLevel.Error, "{What} cannot be served on {EndPoint}: {Reason}. Guarding goes on; the next try is in {Seconds} s")]
    public static partial void NotServing(ILogger log, string what, string endPoint, string reason, double seconds);
}
