using System.Text.Json;
using System.Text.Json.Serialization;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Agent.Guarding;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EpisodeRecord))]
internal sealed partial class EpisodeJson : JsonSerializerContext;

/// <summary>
/// The newest episodes, one JSON object a line in `episodes.jsonl` of the state directory. Kept in memory too, so that
/// a full or read-only disk costs the history across restarts and nothing else.
/// </summary>
public sealed class EpisodeStore
{
    private readonly string _path;
    private readonly int _capacity;
    private readonly Lock _lock = new();
    private readonly LinkedList<EpisodeRecord> _episodes = new();

    public EpisodeStore(string stateDirectory, int capacity)
    {
        _path = Path.Combine(stateDirectory, "episodes.jsonl");
        _capacity = capacity;
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<EpisodeRecord> Episodes
    {
        get
        {
            lock (_lock)
            {
                return [.. _episodes];
            }
        }
    }

    /// <summary>Reads what earlier agents left; lines that are no episode are skipped and counted.</summary>
    public int Load()
    {
        int skipped = 0;
        try
        {
            foreach (string line in File.ReadLines(_path))
            {
                EpisodeRecord? episode = Parse(line);
                if (episode is null)
                {
                    skipped++;
                }
                else
                {
                    Remember(episode.EndedAt is null ? EndedWithItsAgent(episode) : episode);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return skipped;
        }

        return skipped;
    }

    /// <summary>Adds an episode, or replaces the one with its id; returns a sentence when it could not be written.</summary>
    public string? Save(EpisodeRecord episode)
    {
        Remember(episode);
        string temporary = _path + ".new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            File.WriteAllLines(
                temporary, Episodes.Reverse().Select(e => JsonSerializer.Serialize(e, EpisodeJson.Default.EpisodeRecord)));
            File.Move(temporary, _path, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the episode history cannot be saved to {_path} ({e.Message}): it is kept in memory; free space or make the directory writable";
        }
    }

    private void Remember(EpisodeRecord episode)
    {
        lock (_lock)
        {
            LinkedListNode<EpisodeRecord>? same = _episodes.First;
            while (same is not null && same.Value.Id != episode.Id)
            {
                same = same.Next;
            }

            if (same is not null)
            {
                same.Value = episode;
                return;
            }

            _episodes.AddFirst(episode);
            while (_episodes.Count > _capacity)
            {
                _episodes.RemoveLast();
            }
        }
    }

    /// <summary>Its agent stopped in its middle; what was left to restore is an episode of the next agent.</summary>
    private static EpisodeRecord EndedWithItsAgent(EpisodeRecord episode) => episode with
    {
        EndedAt = episode.StartedAt,
        Cause = $"{episode.Cause}; the agent stopped before its end",
    };

    private static EpisodeRecord? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, EpisodeJson.Default.EpisodeRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
