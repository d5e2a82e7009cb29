namespace NodeGuard.Core.Fleet.Planning;

/// <summary>The wave of an image that is under way.</summary>
/// <param name="Done">Nodes of the wave that run the image.</param>
/// <param name="Total">Nodes of the wave.</param>
/// <param name="SoakedAt">When its soak is over; null while nodes of it are yet to come, or are not well.</param>
public sealed record WaveStand(string Name, string Image, int Done, int Total, DateTimeOffset? SoakedAt);

/// <summary>Which of a policy's nodes may get the wanted image now.</summary>
/// <param name="Active">Null when there are no waves, or nothing is left to roll out.</param>
/// <param name="Room">How many nodes of the active wave may still start.</param>
/// <param name="Hold">What all nodes wait for; null when the active wave has room.</param>
internal sealed record WaveGate(WaveStand? Active, Wave? Wave, int Room, string? Hold)
{
    public static WaveGate Open { get; } = new(null, null, int.MaxValue, null);

    public static WaveGate Of(Policy policy, IReadOnlyList<Member> nodes, FleetIndex index, DateTimeOffset now)
    {
        if (policy.Image is not { } image)
            return Open;
        foreach (Wave wave in policy.Waves)
        {
            if (wave.Size is null && wave.Selector is null)
                return Rest(policy, wave, nodes, image);
            FleetNode[] members = [.. nodes.Select(static member => member.Node).Where(node => Belongs(policy, wave, node))];
            if (Gate(policy.Name, wave, members, image, index, now) is { } gate)
                return gate;
        }

        return Open;
    }

    /// <summary>Whether the node counts in the wave that is under way; one that a person recycles may be of another.</summary>
    public bool Has(Policy policy, FleetNode node) => Wave is not null && Belongs(policy, Wave, node);

    /// <summary>What the node waits for; null when its wave is under way and has room.</summary>
    /// <param name="room">What is left of <see cref="Room"/>.</param>
    public string? Refuse(Policy policy, FleetNode node, int room)
    {
        if (Wave is null)
            return null;
        if (Hold is not null)
            return Hold;
        return room > 0 && Belongs(policy, Wave, node) ? null : $"wave {Wave.Name} is being rolled out, {Active!.Done} of {Active.Total} have image {Active.Image}";
    }

    // The last wave holds nobody back; it is told as long as there are nodes that are known to be without the image.
    private static WaveGate Rest(Policy policy, Wave wave, IReadOnlyList<Member> nodes, string image)
    {
        FleetNode[] known = [.. nodes.Select(static member => member.Node).Where(node => node.Image is not null && Belongs(policy, wave, node))];
        int done = known.Count(node => node.Image == image);
        return done == known.Length ? Open : Open with { Active = new WaveStand(wave.Name, image, done, known.Length, null) };
    }

    // Null: the wave is complete and has soaked.
    private static WaveGate? Gate(string policy, Wave wave, FleetNode[] members, string image, FleetIndex index, DateTimeOffset now)
    {
        FleetNode[] done = [.. members.Where(node => node.Image == image)];
        // Later waves bring the image to nodes that boot, and are not ready while they do: enough of all must be well, not each.
        FleetNode[] well = [.. done.Where(static node => node.Ready).OrderBy(static node => node.ReadySince)];
        int total = Math.Min(wave.Size?.UnavailableOf(members.Length) ?? members.Length, members.Length);
        var stand = new WaveStand(wave.Name, image, Math.Min(done.Length, total), total, null);
        if (well.Length < total)
        {
            int room = total - done.Length - index.GoneForImage(policy) - members.Count(node => node.Image != image && index.RunningOn(node.Name) is not null);
            return new WaveGate(stand, wave, Math.Max(0, room), room > 0 ? null : Waits(wave, members, image));
        }

        if (total == 0 || well[total - 1].ReadySince + wave.Soak is var soaked && soaked <= now)
            return null;
        return new WaveGate(stand with { SoakedAt = soaked }, wave, 0, $"wave {wave.Name} soaks until {soaked.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
    }

    private static string Waits(Wave wave, FleetNode[] members, string image) =>
        members.FirstOrDefault(node => node.Image == image && !node.Ready) is { } sick
            ? $"node {sick.Name} of wave {wave.Name} has image {image} and is not ready"
            : $"wave {wave.Name} is being rolled out";

    /// <summary>Waves by selector have their nodes to themselves; all others share the rest.</summary>
    public static bool Belongs(Policy policy, Wave wave, FleetNode node)
    {
        foreach (Wave other in policy.Waves)
        {
            if (other.Selector is { } selector && selector.Matches(node.Labels))
                return ReferenceEquals(other, wave);
        }

        return wave.Selector is null;
    }
}
