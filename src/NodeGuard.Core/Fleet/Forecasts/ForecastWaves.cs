using NodeGuard.Core.Fleet.Planning;

namespace NodeGuard.Core.Fleet.Forecasts;

/// <summary>When each wave of an image may begin: the one before is complete, and has soaked.</summary>
internal sealed class ForecastWaves
{
    private readonly Policy _policy;
    private readonly int[] _left;
    private DateTimeOffset _opens;

    /// <param name="nodes">Of the policy; those that are outdated are given their wave.</param>
    /// <param name="soaksUntil">Of the wave that soaks now.</param>
    public ForecastWaves(Policy policy, IReadOnlyList<ForecastNode> nodes, DateTimeOffset? soaksUntil)
    {
        _policy = policy;
        _left = new int[policy.Waves.Count];
        _opens = soaksUntil ?? DateTimeOffset.MinValue;
        if (policy.Image is null)
            return;
        for (int i = 0; i < _left.Length; i++)
            Fill(i, nodes);
    }

    /// <summary>When the node's wave may begin; the latest time there is when an earlier one is not complete.</summary>
    public DateTimeOffset Opens(ForecastNode node)
    {
        if (node.Wave is not { } wave)
            return DateTimeOffset.MinValue;
        return Array.FindIndex(_left, static left => left > 0) == wave ? _opens : DateTimeOffset.MaxValue;
    }

    public void Done(ForecastNode node, DateTimeOffset at)
    {
        if (node.Wave is { } wave && --_left[wave] == 0)
            _opens = at + _policy.Waves[wave].Soak;
        node.Wave = null;
    }

    private void Fill(int index, IReadOnlyList<ForecastNode> nodes)
    {
        Wave wave = _policy.Waves[index];
        ForecastNode[] members = [.. nodes.Where(node => WaveGate.Belongs(_policy, wave, node.Member.Node))];
        int total = Math.Min(wave.Size?.UnavailableOf(members.Length) ?? members.Length, members.Length);
        int has = members.Count(node => node.Member.Node.Image == _policy.Image || node.Wave is not null);
        foreach (ForecastNode node in members.Where(node => node.Wave is null && node.Member.Node.Image is { } image && image != _policy.Image).Take(total - has))
        {
            node.Wave = index;
            _left[index]++;
        }
    }
}
