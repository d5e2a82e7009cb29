using System.Globalization;

namespace NodeGuard.Core.Units;

/// <summary>Kubernetes quantities, such as "250m", "1.5Gi" or "1e3", as plain numbers: cores, bytes, counts.</summary>
public static class Quantity
{
    /// <summary>False for what Kubernetes would refuse, and for what a decimal cannot hold.</summary>
    public static bool TryParse(string? text, out decimal value)
    {
        value = 0;
        if (string.IsNullOrEmpty(text))
            return false;
        var digits = NumberLength(text);
        if (!decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        if (!TryScale(text.AsSpan(digits), out var scale))
            return false;
        try
        {
            value = number * scale;
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    private static int NumberLength(string text)
    {
        var length = text[0] is '+' or '-' ? 1 : 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || text[length] == '.'))
            length++;
        return length;
    }

    private static bool TryScale(ReadOnlySpan<char> suffix, out decimal scale)
    {
        scale = suffix switch
        {
            "" => 1m,
            "n" => 0.000_000_001m,
            "u" => 0.000_001m,
            "m" => 0.001m,
            "k" => 1_000m,
            "M" => 1_000_000m,
            "G" => 1_000_000_000m,
            "T" => 1_000_000_000_000m,
            "P" => 1_000_000_000_000_000m,
            "E" => 1_000_000_000_000_000_000m,
            "Ki" => 1L << 10,
            "Mi" => 1L << 20,
            "Gi" => 1L << 30,
            "Ti" => 1L << 40,
            "Pi" => 1L << 50,
            "Ei" => 1L << 60,
            _ => 0m,
        };
        return scale != 0 || TryExponent(suffix, out scale);
    }

    private static bool TryExponent(ReadOnlySpan<char> suffix, out decimal scale)
    {
        scale = 0;
        if (suffix.Length < 2 || suffix[0] is not ('e' or 'E')
            || !int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            || exponent is < -28 or > 28)
            return false;
        scale = 1;
        for (var i = 0; i < Math.Abs(exponent); i++)
            scale = exponent > 0 ? scale * 10 : scale / 10;
        return true;
    }
}
