using System.Text.Json.Serialization;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Images;

namespace NodeGuard.Agent.Control;

/// <summary>Whether this host is still what its image made it, as last looked at.</summary>
public sealed record ImageDrift
{
    public const int MostTold = 100;

    public required DriftState State { get; init; }

    /// <summary>The same in sentences.</summary>
    public required string Message { get; init; }

    public required HostKind Host { get; init; }

    /// <summary>Of the manifest; null where there is none that can be used.</summary>
    public string? ImageId { get; init; }

    public string? ImageVersion { get; init; }

    /// <summary>The first hundred, by kind and name.</summary>
    public IReadOnlyList<ImageDifference> Differences { get; init; } = [];

    /// <summary>All of them.</summary>
    public int Total { get; init; }

    /// <summary>What could not be compared.</summary>
    public IReadOnlyList<UnknownPart> Unknown { get; init; } = [];

    /// <summary>Null until the first look has ended.</summary>
    public DateTimeOffset? LookedAt { get; init; }

    /// <summary>What the last look cost.</summary>
    public double CpuMilliseconds { get; init; }

    /// <summary>Of the kinds that were compared.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<DifferenceKind, int> Counts { get; init; } = new Dictionary<DifferenceKind, int>();

    public static ImageDrift NotLookedYet { get; } = new()
    {
        State = DriftState.Unknown,
        Message = DriftText.Unknown("the agent's first look has not ended yet", HostKind.Plain),
        Host = HostKind.Plain,
    };
}

/// <summary>What the rest of the agent may ask about drift.</summary>
public interface IImageDrift
{
    /// <summary>Cheap.</summary>
    ImageDrift Latest { get; }
}
