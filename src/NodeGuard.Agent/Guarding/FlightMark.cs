using System.IO.MemoryMappedFiles;

namespace NodeGuard.Agent.Guarding;

/// <summary>
/// Two facts that must survive a SIGKILL at any instant: whether an episode is open, and when the agent was last alive.
/// They live in a mapped file, because a store to memory costs the guard nothing and the page outlives the process. A
/// power loss may lose them, but the ledger is void after a reboot anyway.
/// </summary>
public sealed class FlightMark : IDisposable
{
    private const long Magic = 0x314B_5241_4D47_4E01;
    private const int Size = 4096;
    private const int EpisodeOffset = 8;
    private const int AliveOffset = 16;

    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;

    private FlightMark(MemoryMappedFile? file, MemoryMappedViewAccessor? view)
    {
        _file = file;
        _view = view;
    }

    /// <summary>Why nothing is recorded; null when all is well.</summary>
    public string? Problem { get; private init; }

    /// <summary>What the agent before us left behind.</summary>
    public bool EpisodeWasOpen { get; private init; }

    /// <summary>CLOCK_BOOTTIME nanoseconds of the earlier agent's last sign of life; null when there was none.</summary>
    public long? LastAlive { get; private init; }

    public static FlightMark Open(string path)
    {
        try
        {
            var file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Size);
            MemoryMappedViewAccessor view = file.CreateViewAccessor(0, Size);
            bool known = view.ReadInt64(0) == Magic;
            var mark = new FlightMark(file, view)
            {
                EpisodeWasOpen = known && view.ReadInt64(EpisodeOffset) == 1,
                LastAlive = known ? view.ReadInt64(AliveOffset) : null,
            };
            view.Write(0, Magic);
            return mark;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return new FlightMark(null, null)
            {
                Problem = $"{path} cannot be mapped ({e.Message}): an agent that is killed in the middle of a flush will not know; make the state directory writable",
            };
        }
    }

    public void SetEpisodeOpen(bool open) => _view?.Write(EpisodeOffset, open ? 1L : 0L);

    public void SetAlive(long boottimeNanoseconds) => _view?.Write(AliveOffset, boottimeNanoseconds);

    public void Dispose()
    {
        _view?.Dispose();
        _file?.Dispose();
    }
}
