using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Cli.Drills;

/// <summary>One flush in the sandbox. Seen and Missing are the listener's and the kernel's word, not the guard's.</summary>
public sealed record SandboxPass
{
    public required bool Guarded { get; init; }

    public required ObjectCounts Before { get; init; }

    public required DeletionSummary Seen { get; init; }

    public required ObjectCounts Missing { get; init; }
}

/// <summary>The same flush without and with the guard.</summary>
public sealed record SandboxReport(IReadOnlyList<SandboxPass> Passes)
{
    /// <summary>
    /// Unguarded, everything has to be lost, or the sandbox would prove nothing; guarded, everything has to be deleted
    /// and nothing missing.
    /// </summary>
    public bool Passed =>
        Passes.Count > 0
        && Passes.All(static pass => pass.Before.Total > 0 && pass.Seen.Deleted.Total >= pass.Before.Total)
        && Passes.All(static pass => pass.Guarded ? pass.Missing.Total == 0 : pass.Missing == pass.Before)
        && Passes.Any(static pass => pass.Guarded) && Passes.Any(static pass => !pass.Guarded);
}
