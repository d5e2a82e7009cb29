using NodeGuard.Core.Updates.Rpm;

namespace NodeGuard.Core.Updates.Pending;

/// <summary>What the tools of an rpm host said. Null: no answer; its reason is in <see cref="Problems"/>.</summary>
public sealed record RpmAnswers
{
    /// <summary>dnf or zypper, for people.</summary>
    public required string Tool { get; init; }

    /// <summary>How a person lifts a lock, without the name.</summary>
    public required string Unlock { get; init; }

    /// <summary>`rpm -qa`.</summary>
    public RpmPackages? Installed { get; init; }

    public RpmSeveral? Several { get; init; }

    /// <summary>What the tool's solver would do.</summary>
    public RpmTransaction? Upgrade { get; init; }

    /// <summary>Newest versions that are newer than installed ones, whatever keeps them back.</summary>
    public RpmPackages? Newer { get; init; }

    /// <summary>Those of them that the configuration does not exclude.</summary>
    public RpmPackages? Offered { get; init; }

    /// <summary>Versions that are newer than installed ones and in a security advisory.</summary>
    public RpmPackages? Security { get; init; }

    public RpmLocks? Locks { get; init; }

    /// <summary>Why the tool does not know what its repositories hold.</summary>
    public IReadOnlyList<string> RepositoryProblems { get; init; } = [];

    public DateTimeOffset? ListsFrom { get; init; }

    public IReadOnlyList<string> Problems { get; init; } = [];
}
