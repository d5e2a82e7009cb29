using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using NodeGuard.Linux.Terminals;

namespace NodeGuard.Cli.Terminal;

/// <summary>The three standard streams, and what is known of the terminal behind them.</summary>
public sealed class CliConsole
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public required TextReader In { get; init; }

    public required bool OutIsTerminal { get; init; }

    public required bool InIsTerminal { get; init; }

    /// <summary>Columns; null when output is piped, where nothing is ever cut.</summary>
    public required int? Width { get; init; }

    /// <summary>Lines; null when output is piped, or the terminal does not know.</summary>
    public int? Height { get; init; }

    public required bool Colour { get; init; }

    public required TimeProvider Time { get; init; }

    public static CliConsole OfProcess()
    {
        var terminal = !Console.IsOutputRedirected;
        return new CliConsole
        {
            Out = Writer(OpenStream(1, terminal), autoFlush: terminal),
            Error = Writer(OpenStream(2, !Console.IsErrorRedirected), autoFlush: true),
            In = new StreamReader(Console.OpenStandardInput(), Utf8, detectEncodingFromByteOrderMarks: false),
            OutIsTerminal = terminal,
            InIsTerminal = !Console.IsInputRedirected,
            Width = terminal ? TerminalWidth() : null,
            Height = terminal ? TerminalSize.Rows(1) : null,
            Colour = terminal && WantsColour(Environment.GetEnvironmentVariable),
            Time = TimeProvider.System,
        };
    }

    /// <summary>no-color.org: any non-empty NO_COLOR switches colour off.</summary>
    public static bool WantsColour(Func<string, string?> environment) =>
        string.IsNullOrEmpty(environment("NO_COLOR")) && environment("TERM") is not (null or "" or "dumb");

    /// <summary>Whether lines that were written can be written anew in place.</summary>
    public bool CanRedraw => this is { OutIsTerminal: true, Width: not null, Colour: true };

    /// <summary>The same console, but what is printed goes elsewhere.</summary>
    public CliConsole To(TextWriter output) => new()
    {
        Out = output,
        Error = Error,
        In = In,
        OutIsTerminal = OutIsTerminal,
        InIsTerminal = InIsTerminal,
        Width = Width,
        Height = Height,
        Colour = Colour,
        Time = Time,
    };

    /// <summary>A line of the answer itself, on stdout.</summary>
    public void WriteLine(string line) => Out.WriteLine(line);

    /// <summary>For the person who reads, on stderr: never part of what a program reads.</summary>
    public void WriteNote(string sentence) => Error.WriteLine(sentence);

    /// <summary>One sentence: the object, what was wanted, what was found, what to do.</summary>
    public void WriteError(string message) => Error.WriteLine("nodeguard: " + PrintableText.Of(message));

    public async Task FlushAsync()
    {
        try
        {
            await Out.FlushAsync();
        }
        catch (IOException)
        {
            // The reader of the pipe has left: there is nobody to tell.
        }
    }

    private static int? TerminalWidth()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0)
            return columns;
        return TerminalSize.Columns(1);
    }

    private static StreamWriter Writer(Stream stream, bool autoFlush) => new(stream, Utf8, bufferSize: 16 * 1024) { AutoFlush = autoFlush };

    private static Stream OpenStream(int descriptor, bool terminal)
    {
        // The framework's console stream switches the terminal's keypad mode before the first character, and swallows
        // EPIPE, so that `nodeguard routes watch | head -1` would never end. Its pipe stream makes the pipe non-blocking
        // for every process that shares it.
        var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return terminal || !stream.CanSeek ? stream : OfFile(descriptor);
    }

    // A file stream writes at an offset of its own, over what others write to the same file.
    private static Stream OfFile(int descriptor) => descriptor == 1 ? Console.OpenStandardOutput() : Console.OpenStandardError();
}
