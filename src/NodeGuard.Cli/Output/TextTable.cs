using System.Text;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli.Output;

/// <summary>Flexible: this column gives way where the terminal is too narrow.</summary>
public sealed record TextColumn(string Header, bool RightAligned = false, bool Flexible = false);

public readonly record struct TextCell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator TextCell(string? text) => FromString(text);

    /// <summary>An absent value is a dash, so that columns stay countable for awk.</summary>
    public static TextCell FromString(string? text) => new(string.IsNullOrEmpty(text) ? "-" : text);
}

/// <summary>kubectl's table: no borders, three spaces between columns, upper-case headers.</summary>
public sealed class TextTable(params TextColumn[] columns)
{
    private const string Gap = "   ";
    private const int NarrowestFlexible = 16;
    private readonly List<TextCell[]> _rows = [];

    public void Add(params TextCell[] cells)
    {
        if (cells.Length != columns.Length)
            throw new ArgumentException($"A row of this table has {columns.Length} cells, not {cells.Length}.", nameof(cells));
        _rows.Add([.. cells.Select(static cell => cell with { Text = PrintableText.Of(cell.Text) })]);
    }

    public void Write(CliConsole console)
    {
        var widths = Widths(console.Width);
        var line = new StringBuilder();
        WriteLine(console, line, widths, [.. columns.Select(static column => new TextCell(column.Header))]);
        foreach (var row in _rows)
            WriteLine(console, line, widths, row);
    }

    private int[] Widths(int? terminal)
    {
        var widths = new int[columns.Length];
        for (var i = 0; i < columns.Length; i++)
            widths[i] = Math.Max(columns[i].Header.Length, _rows.Count == 0 ? 0 : _rows.Max(row => row[i].Text.Length));
        if (terminal is not { } limit)
            return widths;
        var excess = widths.Sum() + (Gap.Length * (columns.Length - 1)) - limit;
        while (excess > 0)
        {
            var widest = -1;
            for (var i = 0; i < columns.Length; i++)
            {
                if (columns[i].Flexible && widths[i] > NarrowestFlexible && (widest < 0 || widths[i] > widths[widest]))
                    widest = i;
            }

            if (widest < 0)
                break;
            widths[widest]--;
            excess--;
        }

        return widths;
    }

    private void WriteLine(CliConsole console, StringBuilder line, int[] widths, TextCell[] cells)
    {
        line.Clear();
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0)
                line.Append(Gap);
            var text = cells[i].Text.Length <= widths[i] ? cells[i].Text : string.Concat(cells[i].Text.AsSpan(0, widths[i] - 1), "…");
            var padding = widths[i] - text.Length;
            if (columns[i].RightAligned)
                line.Append(' ', padding);
            line.Append(cells[i].Tone.Apply(text, console.Colour));
            if (!columns[i].RightAligned && i < cells.Length - 1)
                line.Append(' ', padding);
        }

        console.Out.WriteLine(line.ToString());
    }
}
