namespace NodeGuard.Api.Tests.Drain;

/// <summary>One program's run of a case.</summary>
/// <param name="Outcome">The exit status in a word, then what became of pods and nodes: "ok: gone a b, left c; cordoned".</param>
/// <param name="Wire">What it asked the server for.</param>
public sealed record Ran(string Outcome, string Output, Wire Wire, TimeSpan Took)
{
    /// <summary>The names of pods in the order in which their evictions were first granted.</summary>
    public IReadOnlyList<string> Evicted =>
    [
        .. Wire.Notes.Where(n => n.Method == "POST" && n.Code == 201 && n.Path.EndsWith("/eviction", StringComparison.Ordinal))
            .Select(n => n.Path.Split('/')[^2]).Distinct(),
    ];
}

public static class Outcome
{
    public static string OfKubectl(int exitCode) => exitCode == 0 ? "ok" : "failed";

    public static string OfNodeGuard(int exitCode) => exitCode switch
    {
        0 => "ok",
        1 => "failed",
        2 => "usage",
        3 => "blocked",
        _ => $"exit {exitCode}",
    };
}
