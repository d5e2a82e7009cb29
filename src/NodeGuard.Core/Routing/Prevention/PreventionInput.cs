using NodeGuard.Core.Files;

namespace NodeGuard.Core.Routing.Prevention;

public enum HardenMode
{
    /// <summary>Write nothing, and take away what an earlier runtime mode wrote.</summary>
    Off,

    /// <summary>Under /run: gone with the next boot.</summary>
    Runtime,

    /// <summary>Under /etc, with the exclusion for needrestart.</summary>
    Persistent,

    /// <summary>Take everything of ours away, from /etc too.</summary>
    Undo,
}

/// <summary>A link that networkd manages.</summary>
public sealed record PreventedLink
{
    public required int Index { get; init; }

    public required string Name { get; init; }

    /// <summary>The .network file that networkd applied to it; null when that could not be told.</summary>
    public string? NetworkFile { get; init; }

    /// <summary>That file with its drop-ins.</summary>
    public ConfigStack Config { get; init; } = ConfigStack.Empty;

    /// <summary>Foreign addresses, routes or nexthops are on it; null when that could not be told.</summary>
    public required bool? CarriesForeignObjects { get; init; }
}

public sealed record PreventionInput
{
    public required HardenMode Mode { get; init; }

    public required SystemdVersion? Version { get; init; }

    /// <summary>networkd.conf with its drop-ins.</summary>
    public required ConfigStack Networkd { get; init; }

    /// <summary>Null when the links could not be listed: no file of a link is then taken away.</summary>
    public required IReadOnlyList<PreventedLink>? Links { get; init; }

    public required IReadOnlyList<ExistingFile> Existing { get; init; }

    public bool NeedrestartInstalled { get; init; }
}

/// <summary>What the plan could not do, or what makes it ineffective, in one sentence with the cure.</summary>
public sealed record PreventionNote(string Path, string Message);

public sealed record PreventionPlan(
    IReadOnlyList<PlannedWrite> Writes,
    IReadOnlyList<PlannedRemoval> Removals,
    IReadOnlyList<PreventionNote> Notes)
{
    /// <summary>The host is already as it should be, or nothing can be done about it.</summary>
    public bool ChangesNothing => Writes.Count == 0 && Removals.Count == 0;
}
