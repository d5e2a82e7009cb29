using System.Runtime;
using NodeGuard.Linux.Threads;

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

    /// <summary>Looks without anything to collect after which the agent has become quiet.</summary>
    public const int QuietLooks = 6;

    private long _collectedAt;
    private int _quiet;
    private bool _given;

    /// <summary>To be called now and then. The first call collects what the start has left.</summary>
    /// <returns>Whether it collected.</returns>
    public bool Look(bool episodeRunning)
    {
        if (episodeRunning)
        {
            _given = false;
            _quiet = 0;
            return false;
        }

        if (garbage.Allocated - _collectedAt < WorthCollecting)
        {
            GiveBackWhenQuiet();
            return false;
        }

        garbage.Collect();
        _collectedAt = garbage.Allocated;
        _quiet = 0;
        return true;
    }

    // Once after the start and after each episode: what they needed is not needed again soon.
    private void GiveBackWhenQuiet()
    {
        if (!_given && ++_quiet >= QuietLooks)
        {
            _given = true;
            garbage.GiveBack();
        }
    }
}

internal interface IGarbage
{
    /// <summary>Bytes that all threads have allocated so far.</summary>
    long Allocated { get; }

    void Collect();

    /// <summary>Collects all there is, and gives the room to the kernel.</summary>
    void GiveBack();
}

/// <summary>That of this process.</summary>
internal sealed class ProcessGarbage : IGarbage
{
    public long Allocated => GC.GetTotalAllocatedBytes(precise: false);

    public void Collect() => GC.Collect(0, GCCollectionMode.Forced, blocking: true);

    public void GiveBack()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
    }
}
