namespace NodeGuard.Core.Updates.Runs;

/// <summary>Which of the pending packages a run brings.</summary>
public enum UpdateScope
{
    /// <summary>Those with a newer version in a security archive.</summary>
    Security,

    /// <summary>All that nothing keeps back.</summary>
    All,
}

public enum UpdateRunPhase
{
    /// <summary>Noted down, and perhaps started.</summary>
    Begun,

    /// <summary>The host's tool is at work.</summary>
    Running,

    /// <summary>The tool has ended well; the host has to prove that it is.</summary>
    Verifying,

    /// <summary>The packages are there, dpkg is whole, and what was well before is well.</summary>
    Succeeded,

    Failed,
}

/// <summary>A package in the version that it is to have.</summary>
public sealed record WantedPackage(string Name, string Architecture, string Version)
{
    /// <summary>Installed because another one needs it; it stays so marked.</summary>
    public bool Automatic { get; init; }
}

/// <summary>What a run did to one package.</summary>
/// <param name="From">Null: it was not installed.</param>
/// <param name="To">Null: it was removed.</param>
public sealed record PackageChange(string Name, string Architecture, string? From, string? To);

/// <summary>One update of this host, from the wish to what came of it. An id is never run twice.</summary>
public sealed record UpdateRun
{
    /// <summary>Lower-case letters, digits and hyphens.</summary>
    public required string Id { get; init; }

    /// <summary>Who wanted it, for people.</summary>
    public required string By { get; init; }

    public required UpdateScope Scope { get; init; }

    /// <summary>Exactly these versions, not whatever an archive has by then.</summary>
    public required IReadOnlyList<WantedPackage> Wanted { get; init; }

    /// <summary>Nothing is installed: the package manager, which broke off, ends what it has begun.</summary>
    public bool Repairs { get; init; }

    /// <summary>Not begun after it.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>The boot in which it was begun.</summary>
    public required string BootId { get; init; }

    public required DateTimeOffset BegunAt { get; init; }

    public required UpdateRunPhase Phase { get; init; }

    public required DateTimeOffset PhaseSince { get; init; }

    /// <summary>One sentence.</summary>
    public required string Message { get; init; }

    /// <summary>Of the tool; null as long as it has not ended, or nobody knows how.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>The packages before, "name:architecture" to version; null once the changes are known.</summary>
    public IReadOnlyDictionary<string, string>? Before { get; init; }

    /// <summary>Null: not known.</summary>
    public IReadOnlyList<PackageChange>? Changes { get; init; }

    /// <summary>What was well before the run.</summary>
    public required HostHealth Health { get; init; }

    public bool IsOver => Phase is UpdateRunPhase.Succeeded or UpdateRunPhase.Failed;
}
