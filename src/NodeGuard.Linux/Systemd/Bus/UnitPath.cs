using System.Globalization;
using System.Text;

namespace NodeGuard.Linux.Systemd.Bus;

public static class UnitPath
{
    /// <summary>The object path of a unit: bytes other than letters and digits, and a digit in front, become _ and two hex digits.</summary>
    public static string Of(string unit)
    {
        var path = new StringBuilder("/org/freedesktop/systemd1/unit/");
        byte[] bytes = Encoding.UTF8.GetBytes(unit);
        for (int i = 0; i < bytes.Length; i++)
        {
            char letter = (char)bytes[i];
            if (char.IsAsciiLetter(letter) || (i > 0 && char.IsAsciiDigit(letter)))
                path.Append(letter);
            else
                path.Append(CultureInfo.InvariantCulture, $"_{bytes[i]:x2}");
        }

        return bytes.Length == 0 ? path.Append('_').ToString() : path.ToString();
    }
}
