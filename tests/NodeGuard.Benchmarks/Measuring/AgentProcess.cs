using System.Globalization;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Measuring;

/// <param name="ResidentBytes">VmRSS.</param>
/// <param name="AnonymousBytes">RssAnon: what no file could give back.</param>
internal sealed record Memory(long ResidentBytes, long AnonymousBytes)
{
    private const double Mebibyte = 1024 * 1024;

    public double ResidentMiB => ResidentBytes / Mebibyte;

    public double AnonymousMiB => AnonymousBytes / Mebibyte;
}

/// <summary>What /proc and systemd say about the agent in a container.</summary>
internal static class AgentProcess
{
    // USER_HZ, which is 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    public static async Task<Memory> MemoryAsync(LabContainer container)
    {
        string[] status = await File.ReadAllLinesAsync(container.ProcPath($"/proc/{await PidAsync(container)}/status"));
        return new Memory(Bytes(status, "VmRSS:"), Bytes(status, "RssAnon:"));
    }

    /// <summary>User and system time of all its threads so far.</summary>
    public static async Task<TimeSpan> ProcessorTimeAsync(LabContainer container)
    {
        string stat = await File.ReadAllTextAsync(container.ProcPath($"/proc/{await PidAsync(container)}/stat"));

        // The name in parentheses may have spaces; utime and stime are fields 14 and 15, counted from 1.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        long ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    /// <summary>Of one core, while the delay runs.</summary>
    public static async Task<double> LoadOverAsync(LabContainer container, TimeSpan delay)
    {
        TimeSpan before = await ProcessorTimeAsync(container);
        await Task.Delay(delay);
        return (await ProcessorTimeAsync(container) - before) / delay;
    }

    /// <summary>Restarts the agent; from its exec until it told systemd that it guards.</summary>
    public static async Task<TimeSpan> RestartAsync(LabContainer container)
    {
        await container.ExecAsync("systemctl", "restart", GuardedContainer.Unit);
        long started = await NumberAsync(container, "ExecMainStartTimestampMonotonic");
        long ready = await NumberAsync(container, "ActiveEnterTimestampMonotonic");
        return TimeSpan.FromMicroseconds(ready - started);
    }

    private static async Task<int> PidAsync(LabContainer container) => (int)await NumberAsync(container, "MainPID");

    private static async Task<long> NumberAsync(LabContainer container, string property) => long.Parse(
        await container.ExecAsync("systemctl", "show", $"--property={property}", "--value", GuardedContainer.Unit),
        CultureInfo.InvariantCulture);

    private static long Bytes(string[] status, string key)
    {
        string line = status.First(line => line.StartsWith(key, StringComparison.Ordinal));
        string kibibytes = line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
    }
}
