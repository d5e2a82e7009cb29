using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace NodeGuard.Kubernetes.Credentials;

/// <summary>A proxy's URL. Its user and password are kept apart from it, so that no message shows them.</summary>
internal static class ProxyAddress
{
    public const string Allowed = "http, https, socks5";

    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && address.Host.Length > 0
        && address.Scheme is "http" or "https" or "socks5" or "socks5h";

    public static IWebProxy ToProxy(Uri address) => new WebProxy(WithoutUser(address)) { Credentials = Credentials(address) };

    public static Uri WithoutUser(Uri address) =>
        new UriBuilder(address) { UserName = string.Empty, Password = string.Empty, Scheme = address.Scheme == "socks5h" ? "socks5" : address.Scheme }.Uri;

    public static ICredentials? Credentials(Uri? address)
    {
        if (address is null || address.UserInfo.Length == 0)
            return null;
        var parts = address.UserInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : string.Empty);
    }
}
