using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace NodeGuard.Sandbox.Crds;

/// <summary>The formats of strings that an API server checks; a format that it does not know is not checked.</summary>
internal static partial class SchemaFormats
{
    public static bool Accepts(string format, string text) => format switch
    {
        "date-time" or "datetime" => DateTimeForm().IsMatch(text) && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "duration" => DurationForm().IsMatch(text) || WordedDuration().IsMatch(text),
        "byte" => Convert.TryFromBase64String(text, new byte[(text.Length * 3 / 4) + 3], out _),
        "ipv4" => !text.Contains(':', StringComparison.Ordinal) && text.Count(c => c == '.') == 3
            && IPAddress.TryParse(text, out IPAddress? v4) && v4.AddressFamily == AddressFamily.InterNetwork,
        "ipv6" => text.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(text, out _),
        "cidr" => IsCidr(text),
        "uuid" => Guid.TryParseExact(text, "D", out _) || Guid.TryParseExact(text, "N", out _),
        "uri" => text.StartsWith('/') || Uri.TryCreate(text, UriKind.Absolute, out _),
        "email" => EmailForm().IsMatch(text),
        "hostname" => text.Length is > 0 and <= 255 && HostForm().IsMatch(text),
        "mac" => MacForm().IsMatch(text),
        _ => true,
    };

    /// <summary>An address with a prefix length; bits behind the prefix may be set.</summary>
    private static bool IsCidr(string text) =>
        text.Split('/') is [{ } address, { } length]
        && IPAddress.TryParse(address, out IPAddress? ip)
        && int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int bits)
        && bits <= (ip.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex DateTimeForm();

    [GeneratedRegex(@"^[+-]?(0|(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)\z")]
    private static partial Regex DurationForm();

    [GeneratedRegex(@"^[0-9]+ *(ns|nanos?|nanoseconds?|us|micros?|microseconds?|ms|millis?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)\z", RegexOptions.IgnoreCase)]
    private static partial Regex WordedDuration();

    [GeneratedRegex(@"^[^@\s]+@[^@\s]+\z")]
    private static partial Regex EmailForm();

    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?)*\z")]
    private static partial Regex HostForm();

    [GeneratedRegex(@"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\z")]
    private static partial Regex MacForm();
}
