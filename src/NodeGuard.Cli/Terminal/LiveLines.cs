using System.Text;
using NodeGuard.Cli.Output;

namespace NodeGuard.Cli.Terminal;

/// <summary>Some lines at the bottom of a terminal that are written anew in place.</summary>
public sealed class LiveLines(CliConsole console)
{
    // More would scroll on a small terminal, and what scrolled cannot be written anew.
    private const int MostLines = 15;

    private int _shown;

    /// <param name="lasting">A line that goes above the others, and stays.</param>
    public void Show(TextCell? lasting, IReadOnlyList<TextCell> lines)
    {
        var text = new StringBuilder();
        Erase(text);
        if (lasting is { } line)
            text.Append(line.Tone.Apply(PrintableText.Of(line.Text), console.Colour)).Append('\n');
        var hidden = lines.Count - MostLines;
        var visible = hidden > 0 ? [.. lines.Take(MostLines - 1), new TextCell($"and {hidden + 1} more", Tone.Faint)] : lines;
        foreach (var cell in visible)
            text.Append(cell.Tone.Apply(Cut(PrintableText.Of(cell.Text)), console.Colour)).Append('\n');
        _shown = visible.Count;
        Write(text);
    }

    public void Clear()
    {
        var text = new StringBuilder();
        Erase(text);
        _shown = 0;
        Write(text);
    }

    // A line that wrapped would take two, and moving up by one would leave half of it.
    private string Cut(string text) =>
        console.Width is { } width && text.Length >= width ? string.Concat(text.AsSpan(0, Math.Max(0, width - 2)), "…") : text;

    private void Erase(StringBuilder text)
    {
        if (_shown > 0)
            text.Append("\e[").Append(_shown).Append("A\e[J");
    }

    // One write, so that the terminal never shows half a picture.
    private void Write(StringBuilder text)
    {
        console.Out.Write(text.ToString());
        console.Out.Flush();
    }
}
