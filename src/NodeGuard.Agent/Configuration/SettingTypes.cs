using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Updates;

namespace NodeGuard.Agent.Configuration;

/// <summary>How a value is read from text and written back, and what a person is told may be written.</summary>
internal abstract class SettingType<T>
    where T : notnull
{
    public abstract string Allowed { get; }

    public abstract bool TryParse(string text, [NotNullWhen(true)] out T? value);

    public abstract string Format(T value);
}

internal sealed class OneOf<T>(params (string Name, T Value)[] choices) : SettingType<T>
    where T : notnull
{
    public override string Allowed { get; } = string.Join(", ", choices[..^1].Select(c => c.Name)) + " or " + choices[^1].Name;

    public override bool TryParse(string text, [NotNullWhen(true)] out T? value)
    {
        foreach ((string name, T choice) in choices)
        {
            if (string.Equals(name, text, StringComparison.Ordinal))
            {
                value = choice;
                return true;
            }
        }

        value = default;
        return false;
    }

    public override string Format(T value) => choices.First(c => c.Value.Equals(value)).Name;
}

internal sealed class WholeNumber(int min, int max) : SettingType<int>
{
    public override string Allowed => $"a whole number from {min} to {max}";

    public override bool TryParse(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;

    public override string Format(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A number that may also be said by the name that `ip` knows it under.</summary>
internal sealed class NamedNumber<T>(uint max, Func<uint, T> narrow, params (string Name, uint Number)[] names) : SettingType<T>
    where T : struct, IFormattable
{
    public override string Allowed { get; } =
        $"a number from 0 to {max}, or one of {string.Join(", ", names.Select(n => n.Name))}";

    public override bool TryParse(string text, out T value)
    {
        foreach ((string name, uint named) in names)
        {
            if (string.Equals(name, text, StringComparison.Ordinal))
            {
                value = narrow(named);
                return true;
            }
        }

        bool valid = uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number <= max;
        value = valid ? narrow(number) : default;
        return valid;
    }

    public override string Format(T value) => value.ToString(null, CultureInfo.InvariantCulture);
}

internal sealed class RangeOfNumbers : SettingType<PriorityRange>
{
    public override string Allowed => "a number or a range such as 100-200";

    public override bool TryParse(string text, out PriorityRange value)
    {
        value = default;
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        string first = dash < 0 ? text : text[..dash];
        string last = dash < 0 ? text : text[(dash + 1)..];
        if (!uint.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out uint low)
            || !uint.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out uint high)
            || low > high)
        {
            return false;
        }

        value = new PriorityRange(low, high);
        return true;
    }

    public override string Format(PriorityRange value) =>
        value.First == value.Last ? $"{value.First}" : $"{value.First}-{value.Last}";
}

internal sealed class DeviceGlob : SettingType<string>
{
    // IFNAMSIZ is 16 with the NUL; a pattern may be a little longer than what it matches.
    private const int MaxLength = 64;

    public override string Allowed => "device names, * and ? are wildcards (eth0, veth*)";

    public override bool TryParse(string text, [NotNullWhen(true)] out string? value)
    {
        value = text;
        return text.Length is > 0 and <= MaxLength
            && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '/' or ',' or '\\');
    }

    public override string Format(string value) => value;
}

internal sealed class ServicePattern : SettingType<string>
{
    public override string Allowed => "names of services, * is a wildcard (apt-daily.service, dnf-automatic*.service)";

    public override bool TryParse(string text, [NotNullWhen(true)] out string? value)
    {
        value = text;
        return GatedUnits.IsPattern(text);
    }

    public override string Format(string value) => value;
}

internal sealed class NodeName : SettingType<string>
{
    private const int MaxLength = 253;

    public override string Allowed => "the name of a Node: lower case letters, digits, - and ., or nothing";

    public override bool TryParse(string text, [NotNullWhen(true)] out string? value)
    {
        value = text;
        return text.Length <= MaxLength && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.');
    }

    public override string Format(string value) => value;
}

internal sealed class AbsolutePath(int maxBytes, bool mayBeEmpty = false) : SettingType<string>
{
    public override string Allowed { get; } =
        $"an absolute path of at most {maxBytes} bytes without .. in it" + (mayBeEmpty ? ", or nothing" : string.Empty);

    public override bool TryParse(string text, [NotNullWhen(true)] out string? value)
    {
        value = text.Length > 1 ? text.TrimEnd('/') : text;
        if (text.Length == 0)
        {
            return mayBeEmpty;
        }

        return text[0] == '/'
            && System.Text.Encoding.UTF8.GetByteCount(text) <= maxBytes
            && !text.Any(char.IsControl)
            && !text.Split('/').Contains("..");
    }

    public override string Format(string value) => value;
}

internal sealed class ByteSize(int min, int max) : SettingType<int>
{
    private static readonly (string Suffix, long Factor)[] Units = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30)];

    public override string Allowed => $"bytes from {min} to {max}, or with KiB, MiB or GiB behind (64MiB)";

    public override bool TryParse(string text, out int value)
    {
        value = 0;
        long factor = 1;
        string digits = text;
        foreach ((string suffix, long unit) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                digits = text[..^suffix.Length];
                factor = unit;
            }
        }

        if (!uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            || number * factor < min
            || number * factor > max)
        {
            return false;
        }

        value = (int)(number * factor);
        return true;
    }

    public override string Format(int value) => value.ToString(CultureInfo.InvariantCulture);
}

internal sealed class Duration(TimeSpan min, TimeSpan max) : SettingType<TimeSpan>
{
    private static readonly (string Suffix, long Milliseconds)[] Units =
        [("ms", 1), ("min", 60_000), ("s", 1_000), ("h", 3_600_000)];

    public override string Allowed { get; } = $"a time from {Text(min)} to {Text(max)} with its unit: ms, s, min or h";

    public override bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        foreach ((string suffix, long unit) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal)
                || !uint.TryParse(text[..^suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            {
                continue;
            }

            // uint.MaxValue hours still fit into a long of milliseconds, and into a TimeSpan's ticks after this check.
            long milliseconds = number * unit;
            if (milliseconds > max.TotalMilliseconds)
            {
                return false;
            }

            value = TimeSpan.FromMilliseconds(milliseconds);
            return value >= min;
        }

        return false;
    }

    public override string Format(TimeSpan value) => Text(value);

    private static string Text(TimeSpan value)
    {
        long milliseconds = (long)value.TotalMilliseconds;
        return milliseconds switch
        {
            0 => "0s",
            _ when milliseconds % 3_600_000 == 0 => $"{milliseconds / 3_600_000}h",
            _ when milliseconds % 60_000 == 0 => $"{milliseconds / 60_000}min",
            _ when milliseconds % 1_000 == 0 => $"{milliseconds / 1_000}s",
            _ => $"{milliseconds}ms",
        };
    }
}

/// <summary>Where to listen, or nowhere. No host names: resolving one could hang the start on a broken network.</summary>
internal sealed record ListenAddress(IPEndPoint? EndPoint)
{
    /// <summary>As people write it; --help shows a default so.</summary>
    public override string ToString() => EndPoint?.ToString() ?? "off";
}

internal sealed class ListenAddressType : SettingType<ListenAddress>
{
    public override string Allowed => "an IP address and a port (127.0.0.1:9871, [::1]:9871), or off";

    public override bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? value)
    {
        value = null;
        if (text == "off")
        {
            value = new ListenAddress(null);
            return true;
        }

        int colon = text.LastIndexOf(':');
        if (colon < 1
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            || !TryParseAddress(text[..colon], out IPAddress? address))
        {
            return false;
        }

        value = new ListenAddress(new IPEndPoint(address, port));
        return true;
    }

    public override string Format(ListenAddress value) => value.ToString();

    private static bool TryParseAddress(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        bool bracketed = text.Length > 2 && text[0] == '[' && text[^1] == ']';
        string bare = bracketed ? text[1..^1] : text;
        // IPAddress.TryParse takes "1" for 0.0.0.1: only the full forms are what a person meant.
        return IPAddress.TryParse(bare, out address)
            && (bracketed ? bare.Contains(':', StringComparison.Ordinal) : bare.Count(c => c == '.') == 3)
            && !bare.Contains('%', StringComparison.Ordinal);
    }
}
