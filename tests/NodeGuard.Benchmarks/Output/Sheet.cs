namespace NodeGuard.Benchmarks.Output;

/// <summary>A titled table as Markdown, which reads well on a terminal and pastes into a page.</summary>
internal sealed record Sheet(string Title, string[] Columns, string[][] Rows, string[] Notes)
{
    public void Print()
    {
        int[] widths = [.. Columns.Select((column, i) => Rows.Select(row => row[i].Length).Append(column.Length).Max())];
        Console.WriteLine();
        Console.WriteLine($"## {Title}");
        Console.WriteLine();
        Console.WriteLine(Line(Columns, widths));
        Console.WriteLine("|" + string.Join('|', widths.Select(width => new string('-', width + 2))) + "|");
        foreach (string[] row in Rows)
        {
            Console.WriteLine(Line(row, widths));
        }

        Console.WriteLine();
        foreach (string note in Notes)
        {
            Console.WriteLine(note);
        }
    }

    private static string Line(string[] cells, int[] widths) =>
        "| " + string.Join(" | ", cells.Select((cell, i) => cell.PadRight(widths[i]))) + " |";
}
