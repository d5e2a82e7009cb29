using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Api;

/// <summary>
/// The API server without HTTP: resources, the store, and the way that each write takes. Controllers in process use
/// the same <see cref="Write"/> as requests do.
/// </summary>
public sealed class Cluster
{
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
    public IList<IAdmissionStep> Admission { get; } = [];

    /// <summary>Says no to a user with the status that it returns; null lets everybody do everything.</summary>
    public Func<ApiRequest, ApiStatus?>? Authorize { get; set; }

    /// <summary>Create, update, delete.</summary>
    public WritePipeline Write { get; }
}
