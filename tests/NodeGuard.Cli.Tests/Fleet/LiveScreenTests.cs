using NodeGuard.Cli.Terminal;
using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Cli.Tests.Kubernetes;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Fleet;

public sealed class LiveScreenTests
{
    [Fact]
    public void A_picture_is_drawn_anew_in_place()
    {
        (LiveScreen screen, StringWriter output) = Screen(40, 24);

        screen.Show(static console => console.WriteLine("one\ntwo\nthree"));
        screen.Show(static console => console.WriteLine("four\nfive"));

        TerminalScreen.Of(output.ToString()).Where(static line => line.Length > 0).ShouldBe(["four", "five"]);
    }

    [Fact]
    public void What_does_not_fit_is_cut_and_never_wraps_nor_scrolls()
    {
        (LiveScreen screen, StringWriter output) = Screen(10, 6);

        screen.Show(static console =>
        {
            for (int i = 0; i < 50; i++)
                console.WriteLine(Tone.Bad.Apply($"line {i} is long", console.Colour));
        });

        string[] shown = [.. TerminalScreen.Of(output.ToString()).Where(static line => line.Length > 0)];
        shown.Length.ShouldBe(5);
        shown.ShouldAllBe(static line => line.Length <= 10);
        shown[0].ShouldBe("line 0 is…");
        shown[^1].ShouldStartWith("and 46");
    }

    private static (LiveScreen, StringWriter) Screen(int width, int height)
    {
        var output = new StringWriter();
        return (new LiveScreen(new CliConsole
        {
            Out = output,
            Error = TextWriter.Null,
            In = TextReader.Null,
            OutIsTerminal = true,
            InIsTerminal = false,
            Width = width,
            Height = height,
            Colour = true,
            Time = new FixedTime(),
        }), output);
    }
}
