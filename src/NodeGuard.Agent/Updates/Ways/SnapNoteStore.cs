using System.Text.Json;
using System.Text.Json.Serialization;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Linux.Files;

namespace NodeGuard.Agent.Updates.Ways;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SnapNote))]
internal sealed partial class SnapNoteJson : JsonSerializerContext;

/// <summary>`snap-hold.json` of the state directory: what snapd was set to before, and what is ours.</summary>
internal sealed class SnapNoteStore(string stateDirectory)
{
    private readonly string _path = Path.Combine(stateDirectory, "snap-hold.json");

    /// <returns>The note, null for none; or why it cannot be told.</returns>
    public (SnapNote? Note, string? Problem) Read()
    {
        try
        {
            SnapNote? note = JsonSerializer.Deserialize(File.ReadAllBytes(_path), SnapNoteJson.Default.SnapNote);
            return note?.Ours is null ? (null, Broken("it has no note")) : (note, null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return (null, Broken(e.Message));
        }
    }

    /// <returns>Null when it is on the disk; otherwise why not.</returns>
    public string? Write(SnapNote note)
    {
        try
        {
            DurableFile.Replace(_path, file => JsonSerializer.Serialize(file, note, SnapNoteJson.Default.SnapNote));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{_path} cannot be written, so snapd is not held: what it was set to before would be lost ({e.Message})";
        }
    }

    /// <returns>Null when it is gone; otherwise why not.</returns>
    public string? Forget()
    {
        try
        {
            File.Delete(_path);
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{_path} could not be removed ({e.Message}); run as root";
        }
    }

    private string Broken(string why) => $"{_path} cannot be read ({why}), so what snapd was set to before is not known and its hold is left to end by itself; remove that file";
}
