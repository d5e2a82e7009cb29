using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>One way to get a machine rebooted or replaced.</summary>
internal interface IReplacementMethod
{
    const string OnlyClusterApi = "only the method ClusterApi can bring the new machine first: ask without replacementFirst";

    /// <summary>What will be asked for, without asking: the resource that stands for the machine, or what is missing.</summary>
    Task<Preparation> PrepareAsync(RecycleContext recycle, CancellationToken cancellation);

    /// <summary>What will be asked for one machine more before the old one goes, without asking; or why nobody can be.</summary>
    Task<Preparation> PrepareFirstAsync(RecycleContext recycle, CancellationToken cancellation) => Task.FromResult<Preparation>(
        new Preparation.Refused(OnlyClusterApi));

    /// <summary>Asks for one machine more; asking again, by this or another leader, asks for the same one.</summary>
    Task<Asked> BringFirstAsync(RecycleContext recycle, CancellationToken cancellation) =>
        throw new InvalidOperationException("a method that refuses is not asked");

    /// <summary>Asks; asking again, by this or another leader, asks for the same thing and not for a second one.</summary>
    Task<Asked> AskAsync(RecycleContext recycle, CancellationToken cancellation);

    /// <summary>After a recycle that did not succeed: what was asked for and has not happened must not happen later.</summary>
    /// <returns>Null when nothing of it stands any more; otherwise why not.</returns>
    Task<string?> TakeBackAsync(RecycleContext recycle, CancellationToken cancellation) => Task.FromResult<string?>(null);
}

internal abstract record Preparation
{
    private Preparation()
    {
    }

    /// <param name="Resource">Null where the method needs none.</param>
    public sealed record Ready(ReplacedResource? Resource) : Preparation
    {
        /// <summary>What is to be installed; null where nothing is.</summary>
        public List<PackageVersionText>? Updates { get; init; }

        /// <summary>Nothing is installed: the package manager is repaired.</summary>
        public bool Repairs { get; init; }
    }

    /// <summary>It cannot be done as things are; the sentence says what is missing.</summary>
    public sealed record Refused(string Message) : Preparation;

    /// <summary>It could not be found out; tried again.</summary>
    public sealed record Later(string Message) : Preparation;
}

internal abstract record Asked
{
    private Asked()
    {
    }

    /// <param name="State">Where the provider stands, as a sentence.</param>
    public sealed record Running(string State) : Asked;

    /// <summary>No waiting changes it.</summary>
    public sealed record Refused(string Message) : Asked;

    /// <summary>Not known whether it arrived; asked again.</summary>
    public sealed record Later(string Message) : Asked;
}

/// <summary>A recycle with all that is known of it, for one look.</summary>
/// <param name="Policy">Null when it has none, or its policy was deleted since.</param>
/// <param name="Node">Null when it is gone; another node of the same name is not it.</param>
/// <param name="Namesake">The node of that name, whichever it is.</param>
internal sealed record RecycleContext(
    NodeRecycle Recycle, NodePolicy? Policy, SeenNode? Node, SeenNode? Namesake, ClusterView View, FleetObject? Fleet, DateTimeOffset Now)
{
    /// <summary>The UID of the node that it has taken for its successor in this term, whether or not a watch has told of it; null for none.</summary>
    public string? Claimed { get; init; }

    /// <summary>Whether the node of this UID came for a recycle that has ended in this term; that recycle may have been deleted since.</summary>
    public Func<string, bool> IsSettled { get; init; } = static _ => false;

    public string Uid => Recycle.Metadata.Uid ?? string.Empty;

    public string Name => Recycle.Metadata.Name ?? string.Empty;

    public string NodeName => Recycle.Spec?.NodeName ?? string.Empty;

    public ReplacementStatus? Replacement => Recycle.Status?.Replacement;

    /// <summary>The slot of this try, as the cache knows; null when it has none.</summary>
    public FleetSlot? Slot
    {
        get
        {
            int attempt = RecycleReading.Attempts(Recycle) + (RecycleReading.Phase(Recycle) == RecyclePhase.Pending ? 1 : 0);
            return Fleet?.Status?.Slots?.Find(slot => slot.RecycleUid == Uid && (slot.Attempt ?? 1) == attempt);
        }
    }

    /// <summary>Something was asked of the machine, or may have been.</summary>
    public bool IsAsked => Replacement?.RequestedAt is not null;

    /// <summary>One machine more was asked for, or may have been.</summary>
    public bool IsSurged => Replacement?.SurgedAt is not null;

    /// <summary>The new machine comes before the old one goes.</summary>
    public bool WantsFirst => IsSurged
        || (Recycle.Spec?.ReplacementFirst ?? (MachineOutcome.MethodOf(Recycle, Policy) == ReplacementMethod.ClusterApi && PolicyReading.WantsFirst(Policy?.Spec)));
}
