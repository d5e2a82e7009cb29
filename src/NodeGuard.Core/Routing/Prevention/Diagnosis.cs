namespace NodeGuard.Core.Routing.Prevention;

public enum Verdict
{
    Ok,
    Exposed,
    Unknown,
}

/// <summary>One precondition of a flush on this host.</summary>
public sealed record Finding
{
    /// <summary>Stable, for programs: "networkd", "routes", "link/eth0".</summary>
    public required string Id { get; init; }

    public required Verdict Verdict { get; init; }

    public required string Title { get; init; }

    /// <summary>The value in effect, as the file spells it, or what was counted.</summary>
    public string? Effective { get; init; }

    /// <summary>file:line that decides, or "compiled-in default"; null where no file decides.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>What to do; null when nothing is to be done.</summary>
    public string? Fix { get; init; }

    /// <summary>
    /// Whether the overall verdict follows from it. Triggers, such as update timers, only matter where something can be lost.
    /// </summary>
    public bool Decides { get; init; } = true;
}

/// <summary>Ok: a flush can delete nothing foreign here. Exposed: it can. Unknown: it could not be told.</summary>
public sealed record Diagnosis(Verdict Overall, string Summary, IReadOnlyList<Finding> Findings)
{
    /// <summary>0 immune, 1 exposed, 2 could not tell.</summary>
    public int ExitCode => Overall switch
    {
        Verdict.Ok => 0,
        Verdict.Exposed => 1,
        _ => 2,
    };
}
