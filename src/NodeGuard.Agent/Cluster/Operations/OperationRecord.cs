using System.Text.Json;
using System.Text.Json.Serialization;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Linux.Files;

namespace NodeGuard.Agent.Cluster.Operations;

/// <summary>The newest operation that this host has begun or refused.</summary>
/// <param name="BootId">The boot in which it was begun.</param>
/// <param name="At">When.</param>
public sealed record OperationRecord(string Id, string BootId, DateTimeOffset At, OperationState State, string Message)
{
    /// <summary>The userspace in which a soft reboot was begun; null for a reboot, which another boot id proves.</summary>
    public Userspace? Userspace { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(OperationRecord))]
internal sealed partial class OperationJson : JsonSerializerContext;

/// <summary>`operation.json` of the state directory: an operation is in it, and on the disk, before the host is asked to do it.</summary>
public sealed class OperationStore(string stateDirectory)
{
    private readonly string _path = Path.Combine(stateDirectory, "operation.json");

    /// <returns>Null when there is none; the problem when what is there cannot be read.</returns>
    public (OperationRecord? Record, string Problem) Read()
    {
        try
        {
            if (!File.Exists(_path))
                return (null, string.Empty);
            OperationRecord? read = JsonSerializer.Deserialize(File.ReadAllBytes(_path), OperationJson.Default.OperationRecord);
            return read is { Id.Length: > 0, BootId: not null, Message: not null } ? (read, string.Empty) : (null, $"{_path} holds no operation");
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException or JsonException)
        {
            return (null, $"{_path} cannot be read: {broken.Message}");
        }
    }

    /// <returns>Null when it is on the disk; otherwise why not.</returns>
    public string? Write(OperationRecord record)
    {
        try
        {
            DurableFile.Replace(_path, file => JsonSerializer.Serialize(file, record, OperationJson.Default.OperationRecord));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{_path} cannot be written: {e.Message}";
        }
    }
}
