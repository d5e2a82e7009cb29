namespace NodeGuard.Core.Fleet.Planning;

/// <summary>The wave of an image that is under way.</summary>
/// <param name="Done">Nodes of the wave that run the image.</param>
/// <param name="Total">Nodes of the wave.</param>
/// <param name="SoakedAt">When its soak is over; null while nodes of it are yet to come, or are not well.</param>
public sealed record WaveStand(string Name, string Image, int Done, int Total, DateTimeOffset? SoakedAt);

/// <summary>Which of a policy's nodes may get the wanted image now.</summary>
/// <param name="Active">Null when there is no wave that holds anything back.</param>
/// <param name="Room">How many nodes of the active wave may still start.</param>
/// <param name="Hold">What the nodes wait for; null when the active wave has room.</param>
internal sealed record WaveGate(WaveStand? Active, Wave? Wave, int Room, string? Hold)
{
    public static WaveGate Open { get; } = new(null, null, int.MaxValue, null);

    /// <param name="underWay">Nodes without the image for which a recycle runs already.</param>
    public static WaveGate Of(Policy policy, IReadOnlyList<FleetNode> nodes, Func<FleetNode, bool> underWay, DateTimeOffset now)
    {
        if (policy.Image is not { } image || policy.Waves.Count == 0)
            return Open;
        foreach (Wave wave in policy.Waves)
        {
            FleetNode[] members = [.. nodes.Where(node => Belongs(policy, wave, node))];
            if (Gate(wave, members, image, underWay, now) is { } gate)
                return gate;
        }

        return Open;
    }

    public bool Admits(Policy policy, FleetNode node) => Wave is null || (Hold is null && Belongs(policy, Wave, node));

    // Null: the wave is complete and has soaked.
    private static WaveGate? Gate(Wave wave, FleetNode[] members, string image, Func<FleetNode, bool> underWay, DateTimeOffset now)
    {
        bool isLast = wave.Size is null && wave.Selector is null;
        FleetNode[] done = [.. members.Where(node => node.Image == image).OrderBy(static node => node.ReadySince)];
        int total = wave.Size is { } size ? Math.Min(size.UnavailableOf(members.Length), members.Length) : members.Length;
        if (isLast || total == 0)
            return isLast ? Open : null;
        var stand = new WaveStand(wave.Name, image, Math.Min(done.Length, total), total, null);
        if (done.FirstOrDefault(static node => !node.Ready) is { } sick)
            return new WaveGate(stand, wave, 0, $"node {sick.Name} of wave {wave.Name} has image {image} and is not ready");
        if (done.Length < total)
        {
            int room = total - done.Length - members.Count(node => node.Image != image && underWay(node));
            return new WaveGate(stand, wave, Math.Max(0, room), room > 0 ? null : $"wave {wave.Name} is being rolled out");
        }

        DateTimeOffset soaked = done[total - 1].ReadySince + wave.Soak;
        return soaked <= now
            ? null
            : new WaveGate(stand with { SoakedAt = soaked }, wave, 0, $"wave {wave.Name} soaks until {soaked.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
    }

    // Waves by selector have their nodes to themselves; all others share the rest.
    private static bool Belongs(Policy policy, Wave wave, FleetNode node)
    {
        Wave? selected = policy.Waves.FirstOrDefault(other => other.Selector is { } selector && selector.Matches(node.Labels));
        return wave.Selector is null ? selected is null : ReferenceEquals(selected, wave);
    }
}
