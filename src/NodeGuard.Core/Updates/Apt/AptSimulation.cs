namespace NodeGuard.Core.Updates.Apt;

/// <summary>A line "Inst" of `apt-get -s`.</summary>
/// <param name="Name">Without its architecture.</param>
/// <param name="Architecture">Of the version that comes.</param>
/// <param name="Installed">Null for a package that is new.</param>
public sealed record SimulatedInstall(string Name, string Architecture, string? Installed, string Candidate);

/// <summary>What `apt-get -s upgrade` or `dist-upgrade` says that it would do.</summary>
public sealed record AptSimulation
{
    public required IReadOnlyList<SimulatedInstall> Installs { get; init; }

    /// <summary>Lines "Remv" and "Purg": names, with an architecture where it is not the host's own.</summary>
    public required IReadOnlyList<string> Removals { get; init; }

    public required IReadOnlyList<string> KeptBack { get; init; }

    /// <summary>"Deferred due to phasing".</summary>
    public required IReadOnlyList<string> Phased { get; init; }

    /// <summary>What was not understood, or does not agree with apt's own count: then the lists are not whole.</summary>
    public required IReadOnlyList<string> Problems { get; init; }
}
