using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Cli.Tests.Fakes;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Output;

public sealed class TextTableTests
{
    [Fact]
    public void Columns_line_up_and_no_line_ends_in_blanks()
    {
        Printed(width: null, "short", "a longer text").ShouldBe(
            """
            NAME     N   TEXT
            first    1   short
            second   2   a longer text

            """);
    }

    [Fact]
    public void Only_flexible_columns_are_cut_and_only_on_a_terminal()
    {
        var text = new string('x', 60);

        Printed(width: null, text).ShouldContain(text);
        Printed(width: 40, text).ShouldContain(new string('x', 26) + "…");
    }

    [Fact]
    public void A_terminal_too_narrow_for_anything_still_gets_the_table() =>
        Printed(width: 5, new string('x', 60)).ShouldContain("first");

    [Fact]
    public void Control_characters_never_reach_the_terminal()
    {
        var printed = Printed(width: null, "eth0\e]0;owned\a\u202e");

        printed.ShouldContain("eth0?]0;owned??");
    }

    [Fact]
    public void An_empty_cell_is_a_dash() => Printed(width: null, "").ShouldContain("first   1   -");

    private static string Printed(int? width, params string[] texts)
    {
        var table = new TextTable(new TextColumn("NAME"), new TextColumn("N", RightAligned: true), new TextColumn("TEXT", Flexible: true));
        string[] names = ["first", "second"];
        for (var i = 0; i < texts.Length; i++)
            table.Add(names[i], $"{i + 1}", texts[i]);
        using var output = new StringWriter();
        table.Write(new CliConsole
        {
            Out = output,
            Error = TextWriter.Null,
            In = TextReader.Null,
            OutIsTerminal = width is not null,
            InIsTerminal = false,
            Width = width,
            Colour = false,
            Time = new FixedTime(),
        });
        return output.ToString();
    }
}
