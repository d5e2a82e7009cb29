using NodeGuard.Core.Images;
using NodeGuard.Core.Updates.Runs;

namespace NodeGuard.Agent.Control;

/// <summary>Somebody's wish that this host update once.</summary>
public sealed record UpdateWish
{
    /// <summary>1 to 64 lower-case letters, digits and hyphens; the same id is never run twice. Null: the agent makes one.</summary>
    public string? Id { get; init; }

    /// <summary>Who wants it, for people.</summary>
    public required string By { get; init; }

    public required UpdateScope Scope { get; init; }

    /// <summary>Only these, "name:architecture" in exactly this version, each pending or installed, or nothing is run and the run has failed; null: all of the scope.</summary>
    public IReadOnlyList<(string Name, string Version)>? Exactly { get; init; }

    /// <summary>
    /// Where the package manager broke off, it is repaired, by a run that does nothing else: what is pending is known only
    /// after it, and is another wish's matter.
    /// </summary>
    public bool Repair { get; init; }

    /// <summary>Also where the update may cut the node off, or nobody knows whether it does.</summary>
    public bool DespiteHazard { get; init; }
}

/// <summary>The updates of this host, newest first.</summary>
/// <param name="Problem">Why some are not told; null when all are.</param>
public sealed record UpdateHistory(IReadOnlyList<UpdateRun> Runs, string? Problem)
{
    /// <summary>The last runs of apt on this host, newest first, whoever began them; null where apt's own history cannot be read.</summary>
    public IReadOnlyList<AptRun>? Apt { get; init; }
}

/// <summary>The end of what the host's tool wrote during a run.</summary>
public sealed record UpdateLog(string Text);

/// <summary>A wish's run, or why there is none.</summary>
public sealed record UpdateAnswer(UpdateRun? Run, string? Problem);

/// <summary>What the control API may ask about updates of this host.</summary>
public interface IUpdateRuns
{
    UpdateHistory History { get; }

    /// <summary>The end of a run's log, as text; empty where there is none.</summary>
    string LogOf(string id);

    /// <summary>Notes the run down; the host's tool is started right after.</summary>
    Task<UpdateAnswer> BeginAsync(UpdateWish wish, CancellationToken cancellation);
}
