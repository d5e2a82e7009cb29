using System.Globalization;

namespace NodeGuard.Core.Units;

/// <summary>A number of things, or a share of all of them, as in "3" and "25%".</summary>
public readonly record struct CountOrPercent(int Number, bool IsPercent)
{
    public static CountOrPercent Of(int number) => new(number, IsPercent: false);

    public static CountOrPercent Percent(int number) => new(number, IsPercent: true);

    /// <summary>False for negative numbers and for what is neither a whole number nor a whole percentage.</summary>
    public static bool TryParse(string text, out CountOrPercent value)
    {
        bool percent = text is [.., '%'];
        bool whole = int.TryParse(percent ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        value = new CountOrPercent(number, percent);
        return whole;
    }

    /// <summary>How many nodes may be unavailable: percentages round down, but a positive one never to nothing.</summary>
    public int UnavailableOf(int population) => !IsPercent
        ? Number
        : Math.Max(Number > 0 && population > 0 ? 1 : 0, (int)((long)population * Number / 100));

    public override string ToString() => IsPercent ? $"{Number}%" : $"{Number}";
}
