namespace NodeGuard.Agent.Hosting;

/// <summary>
/// Collects garbage while nothing is being restored. A collection stops every thread, the guard's too, and one that is due in
/// the first milliseconds of a flush leaves the node without its rules for as long as it takes: 2 to 10 ms, docs/adr/0002.
/// The first generation is so large (<c>DOTNET_GCgen0size</c> in the unit) that the next one comes after the flush.
/// </summary>
internal sealed class QuietCollection(IGarbage garbage)
{
    /// <summary>Bytes that are worth a pause of 1 to 2.5 ms, and little beside the first generation.</summary>
    public const long WorthCollecting = 512 * 1024;

    private long _collectedAt;

    /// <summary>To be called now and then. The first call collects what the start has left.</summary>
    /// <returns>Whether it collected.</returns>
    public bool Look(bool episodeRunning)
    {
        if (episodeRunning || garbage.Allocated - _collectedAt < WorthCollecting)
        {
            return false;
        }

        garbage.Collect();
        _collectedAt = garbage.Allocated;
        return true;
    }
}

internal interface IGarbage
{
    /// <summary>Bytes that all threads have allocated so far.</summary>
    long Allocated { get; }

    void Collect();
}

/// <summary>That of this process.</summary>
internal sealed class ProcessGarbage : IGarbage
{
    public long Allocated => GC.GetTotalAllocatedBytes(precise: false);

    public void Collect() => GC.Collect(0, GCCollectionMode.Forced, blocking: true);
}
