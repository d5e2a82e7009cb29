namespace NodeGuard.Benchmarks.Measuring;

/// <param name="LongestOutage">Most probes lost in a row, in milliseconds since there is one each.</param>
internal sealed record ProbeResult(int Sent, int Lost, int LongestOutage)
{
    public static ProbeResult Of(ReadOnlySpan<bool> arrived)
    {
        int lost = 0;
        int outage = 0;
        int longest = 0;
        foreach (bool one in arrived)
        {
            outage = one ? 0 : outage + 1;
            lost += one ? 0 : 1;
            longest = Math.Max(longest, outage);
        }

        return new ProbeResult(arrived.Length, lost, longest);
    }
}

/// <summary>What became of the probes of each <see cref="ProbePath"/>.</summary>
internal sealed record ProbeResults(ProbeResult RulePath, ProbeResult GatewayPath);

/// <summary>While probes are sent: as many on each path, and how many arrived by it.</summary>
internal readonly record struct ProbeProgress(int Sent, int RulePath, int GatewayPath);
