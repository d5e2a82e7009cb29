using System.Text.Json.Serialization.Metadata;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli.Fleet;

/// <summary>One answer of many.</summary>
/// <param name="Stale">Why it may be older than it looks; null when it is not.</param>
internal sealed record Watched<TAnswer>(TAnswer Answer, string? Stale);

/// <summary>--watch: a picture that is drawn anew on a terminal; what changes, line by line, where output is piped.</summary>
/// <param name="draw">The whole answer, for people.</param>
/// <param name="facts">What may change in it, by name, as lines for people; nothing that changes with time alone.</param>
/// <param name="elements">What may change in it, by name, for programs; the whole answer when it has no parts.</param>
internal sealed class FleetWatch<TAnswer, TElement>(
    CliConsole console,
    OutputFormat format,
    Action<CliConsole, TAnswer> draw,
    Func<TAnswer, IEnumerable<KeyValuePair<string, string>>> facts,
    Func<TAnswer, IEnumerable<KeyValuePair<string, TElement>>> elements,
    JsonTypeInfo<TElement> json)
{
    private readonly LiveScreen _screen = new(console);
    private Dictionary<string, string> _told = [];
    private string? _stale;

    /// <summary>Ends only by being cancelled.</summary>
    public async Task RunAsync(IAsyncEnumerable<Watched<TAnswer>> answers, CancellationToken cancellation)
    {
        await foreach ((TAnswer answer, string? stale) in answers.WithCancellation(cancellation))
        {
            if (console.CanRedraw && !format.IsForPrograms())
            {
                _screen.Show(screen => Draw(screen, answer, stale));
            }
            else
            {
                Warn(stale);
                if (format.IsForPrograms())
                    Stream(answer);
                else
                    Tell(answer);
            }

            await console.Out.FlushAsync(cancellation);
        }
    }

    // First, as a picture that does not fit ends below.
    private void Draw(CliConsole screen, TAnswer answer, string? stale)
    {
        if (stale is not null)
            screen.WriteLine(PrintableText.Of($"Warning: {stale}"));
        draw(screen, answer);
    }

    private void Warn(string? stale)
    {
        if ((stale is null) == (_stale is null))
            return;
        console.WriteNote(PrintableText.Of(stale is null ? "The API server answers again." : $"Warning: {stale}"));
        _stale = stale;
    }

    private void Tell(TAnswer answer)
    {
        var now = new Dictionary<string, string>();
        foreach ((string name, string fact) in facts(answer))
        {
            now[name] = fact;
            if (_told.GetValueOrDefault(name) != fact)
                console.WriteLine(PrintableText.Of($"{TimeText.Local(console.Time.GetUtcNow(), console.Time)}  {name}: {fact}"));
        }

        foreach (string gone in _told.Keys.Where(name => !now.ContainsKey(name)).Order(StringComparer.Ordinal))
            console.WriteLine(PrintableText.Of($"{TimeText.Local(console.Time.GetUtcNow(), console.Time)}  {gone}: over"));
        _told = now;
    }

    private void Stream(TAnswer answer)
    {
        foreach ((string name, TElement element) in elements(answer))
        {
            string line = StructuredOutput.Line(element, json);
            if (_told.GetValueOrDefault(name) == line)
                continue;
            _told[name] = line;
            StructuredOutput.WriteStreamed(console, format, element, json);
        }
    }
}
