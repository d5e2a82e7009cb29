using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli.Output;

/// <summary>One thing's properties, one per line: "Name:   value", values aligned.</summary>
public sealed class FieldList
{
    private readonly List<(string Name, TextCell Value)> _fields = [];

    public void Add(string name, TextCell value) => _fields.Add((name, value with { Text = PrintableText.Of(value.Text) }));

    public void Write(CliConsole console)
    {
        var width = _fields.Max(static field => field.Name.Length) + 1;
        foreach (var (name, value) in _fields)
            console.Out.WriteLine($"{(name.Length == 0 ? "" : name + ":").PadRight(width)}   {value.Tone.Apply(value.Text, console.Colour)}");
    }
}
