using Microsoft.Extensions.Logging;

namespace NodeGuard.Hosting.Http;

internal static partial class HttpLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger log, Exception exception, string method, string path);

    [LoggerMessage(2, LogLevel.Information, "{EndPoint} serves {What}")]
    public static partial void Serving(ILogger log, string endPoint, string what);

    [LoggerMessage(3, LogLevel.Error, "{EndPoint} cannot serve {What}: {Reason}. All other work goes on; the next try is in {Seconds} s")]
    public static partial void NotServing(ILogger log, string endPoint, string what, string reason, double seconds);
}
