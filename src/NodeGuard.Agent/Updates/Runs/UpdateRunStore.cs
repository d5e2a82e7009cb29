using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Win32.SafeHandles;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Linux.Files;

namespace NodeGuard.Agent.Updates.Runs;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UpdateRun))]
internal sealed partial class UpdateRunJson : JsonSerializerContext;

/// <summary>
/// The updates of this host, in `updates` of the state directory: a record and a log for each. A run is in its record, and on
/// the disk, before the host's tool is started.
/// </summary>
public sealed class UpdateRunStore(string stateDirectory)
{
    private const int Kept = 50;
    private const string Ending = ".json";

    private readonly string _directory = Path.Combine(stateDirectory, "updates");

    /// <summary>Newest first; the problem names each record that cannot be read.</summary>
    public (IReadOnlyList<UpdateRun> Runs, string? Problem) Read()
    {
        var runs = new List<UpdateRun>();
        var problems = new List<string>();
        try
        {
            foreach (string path in Directory.Exists(_directory) ? Directory.EnumerateFiles(_directory, "*" + Ending) : [])
            {
                if (Parse(path, out string? problem) is { } run)
                    runs.Add(run);
                else
                    problems.Add($"{path} cannot be read: {problem}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{_directory} cannot be read: {e.Message}");
        }

        return ([.. runs.OrderByDescending(static run => run.BegunAt)], problems.Count == 0 ? null : string.Join("; ", problems));
    }

    /// <returns>Null when it is on the disk; otherwise why not.</returns>
    public string? Write(UpdateRun run)
    {
        string path = PathOf(run.Id, Ending);
        try
        {
            DurableFile.Replace(path, file => JsonSerializer.Serialize(file, run, UpdateRunJson.Default.UpdateRun));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be written: {e.Message}";
        }
    }

    /// <summary>For the tool to write to; what is there already stays.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public SafeFileHandle OpenLog(string id) => File.OpenHandle(PathOf(id, ".log"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);

    public bool HasWritten(string id) => new FileInfo(PathOf(id, ".log")) is { Exists: true, Length: > 0 };

    /// <summary>The end of the log, at most so many bytes; empty where there is none.</summary>
    public byte[] ReadLog(string id, int limit)
    {
        try
        {
            using var log = new FileStream(PathOf(id, ".log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            log.Seek(-Math.Min(limit, log.Length), SeekOrigin.End);
            var content = new byte[(int)Math.Min(limit, log.Length)];
            int read = log.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return content[..read];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Keeps the newest; what cannot be removed stays.</summary>
    public void Trim()
    {
        foreach (UpdateRun old in Read().Runs.Skip(Kept).Where(static run => run.IsOver))
        {
            try
            {
                File.Delete(PathOf(old.Id, Ending));
                File.Delete(PathOf(old.Id, ".log"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return;
            }
        }
    }

    private static UpdateRun? Parse(string path, out string? problem)
    {
        problem = null;
        try
        {
            UpdateRun? run = JsonSerializer.Deserialize(File.ReadAllBytes(path), UpdateRunJson.Default.UpdateRun);
            if (run is { BootId: not null, By: not null, Message: not null, Wanted: not null, Health: not null } && run.Id == Path.GetFileNameWithoutExtension(path))
                return run;
            problem = "it holds no update of its name";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            problem = e.Message;
        }

        return null;
    }

    private string PathOf(string id, string ending) => Path.Combine(_directory, id + ending);
}
