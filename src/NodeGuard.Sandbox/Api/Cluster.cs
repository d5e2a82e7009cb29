using System.Collections.Immutable;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Api;

/// <summary>
/// The API server without HTTP: resources, the store, and the way that each write takes. Controllers in process use
/// the same <see cref="Write"/> as requests do.
/// </summary>
public sealed class Cluster
{
    private ImmutableArray<IAdmissionStep> _admission = [];

    public Cluster(TimeProvider clock, ObjectStore? store = null)
    {
        Clock = clock;
        Store = store ?? new ObjectStore();
        Write = new WritePipeline(this);
    }

    /// <summary>The cluster's time: ages, leases, deadlines.</summary>
    public TimeProvider Clock { get; }

    public ObjectStore Store { get; }

    /// <summary>Where UIDs and made-up names come from; a run that shall be repeatable gives a seeded one.</summary>
    public Random Chance { get; init; } = Random.Shared;

    public ResourceRegistry Resources { get; } = new();

    /// <summary>Each write passes these in order.</summary>
    public ImmutableArray<IAdmissionStep> Admission => _admission;

    /// <summary>Says no to a user with the status that it returns; null lets everybody do everything.</summary>
    public Func<ApiRequest, ApiStatus?>? Authorize { get; set; }

    /// <summary>Create, update, delete.</summary>
    public WritePipeline Write { get; }

    /// <summary>One more step, behind the others. It may come while others write: what simulates machines does.</summary>
    public void AddAdmission(IAdmissionStep step) => ImmutableInterlocked.Update(ref _admission, static (steps, added) => steps.Add(added), step);
}
