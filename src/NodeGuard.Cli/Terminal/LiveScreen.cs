using System.Text;

namespace NodeGuard.Cli.Terminal;

/// <summary>A picture of many lines on a terminal that is drawn anew in place, as far as it fits.</summary>
public sealed class LiveScreen(CliConsole console)
{
    private const int Standard = 24;

    private int _shown;

    public void Show(Action<CliConsole> draw)
    {
        using var drawn = new StringWriter();
        draw(console.To(drawn));
        string[] lines = drawn.ToString().TrimEnd('\n').Split('\n');
        int room = Math.Max(4, (console.Height ?? Standard) - 1);
        var text = new StringBuilder();
        if (_shown > 0)
            text.Append("\e[").Append(_shown).Append("A\e[J");
        IEnumerable<string> visible = lines.Length <= room ? lines : [.. lines.Take(room - 1), $"and {lines.Length - room + 1} more lines"];
        _shown = 0;
        foreach (string line in visible)
        {
            Cut(text, line, console.Width ?? int.MaxValue);
            text.Append('\n');
            _shown++;
        }

        // One write, so that the terminal never shows half a picture.
        console.Out.Write(text.ToString());
        console.Out.Flush();
    }

    /// <summary>A line that wrapped would take two, and moving up by one would leave half of it. Colours take no room.</summary>
    private static void Cut(StringBuilder text, string line, int width)
    {
        int taken = 0;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '\e' && line.IndexOf('m', i) is >= 0 and var end)
            {
                text.Append(line, i, end - i + 1);
                i = end;
            }
            else if (++taken < width || i == line.Length - 1)
            {
                text.Append(line[i]);
            }
            else
            {
                text.Append("…\e[0m");
                return;
            }
        }
    }
}
