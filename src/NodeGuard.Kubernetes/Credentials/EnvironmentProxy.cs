using System.Globalization;
using System.Net;

namespace NodeGuard.Kubernetes.Credentials;

/// <summary>
/// HTTPS_PROXY, HTTP_PROXY and NO_PROXY as kubectl reads them. The framework's own reading knows no address ranges in
/// NO_PROXY, which is how clusters are usually excluded.
/// </summary>
public sealed class EnvironmentProxy : IWebProxy
{
    private readonly Uri? _https;
    private readonly Uri? _http;
    private readonly string[] _exceptions;

    public EnvironmentProxy(Func<string, string?> variable)
    {
        _https = Address(variable("HTTPS_PROXY") ?? variable("https_proxy"));
        _http = Address(variable("HTTP_PROXY") ?? variable("http_proxy"));
        _exceptions = (variable("NO_PROXY") ?? variable("no_proxy") ?? string.Empty)
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    public ICredentials? Credentials
    {
        get => ProxyAddress.Credentials(_https) ?? ProxyAddress.Credentials(_http);
        set => throw new NotSupportedException("the proxy comes from the environment");
    }

    public Uri? GetProxy(Uri destination)
    {
        var proxy = destination.Scheme == Uri.UriSchemeHttps ? _https : _http;
        return proxy is null || IsExcepted(destination) ? null : ProxyAddress.WithoutUser(proxy);
    }

    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    private bool IsExcepted(Uri destination)
    {
        var host = destination.IdnHost;
        var isAddress = IPAddress.TryParse(host, out var address);
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (isAddress && IPAddress.IsLoopback(address!)))
            return true;
        return _exceptions.Any(e => Covers(e, host, address, destination.Port));
    }

    private static bool Covers(string exception, string host, IPAddress? address, int port)
    {
        if (exception == "*")
            return true;
        if (IPNetwork.TryParse(exception, out var network))
            return address is not null && network.Contains(address);
        if (IPAddress.TryParse(exception, out var single))
            return single.Equals(address);
        var colon = exception.LastIndexOf(':');
        if (colon > 0 && int.TryParse(exception.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var onlyPort))
            return onlyPort == port && Covers(exception[..colon], host, address, port);
        var domain = exception.StartsWith("*.", StringComparison.Ordinal) ? exception[1..] : exception;
        return domain.StartsWith('.')
            ? host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
            : host.Equals(domain, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);
    }

    private static Uri? Address(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        return ProxyAddress.TryParse(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, out var address) ? address : null;
    }
}
