namespace NodeGuard.Cli.Terminal;

/// <summary>What a word says to the reader; only a terminal with colour shows it, so it never carries meaning alone.</summary>
public enum Tone
{
    Plain,
    Good,
    Warning,
    Bad,
    Faint,
}

public static class ToneText
{
    public static string Apply(this Tone tone, string text, bool colour)
    {
        if (!colour || text.Length == 0)
            return text;
        var code = tone switch
        {
            Tone.Good => "32",
            Tone.Warning => "33",
            Tone.Bad => "31",
            Tone.Faint => "2",
            _ => "",
        };
        return code.Length == 0 ? text : $"\e[{code}m{text}\e[0m";
    }
}
