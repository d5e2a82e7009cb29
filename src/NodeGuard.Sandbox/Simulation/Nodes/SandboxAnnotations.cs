using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Nodes;

/// <summary>How one simulated node or pod differs from the others; docs/sandbox.md lists the annotations.</summary>
internal static class SandboxAnnotations
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    public const string Prefix = "sandbox.nodeguard.io/";

    /// <summary>On a node: <c>gone</c> for a kubelet that has died, <c>none</c> for a node that nobody looks after.</summary>
    public const string Kubelet = Prefix + "kubelet";

    /// <summary>On a node: <c>false</c> for a kubelet that reports NotReady.</summary>
    public const string Ready = Prefix + "ready";

    /// <summary>On a pool's node, and on a pool: what goes wrong with its machines (<see cref="Machines.MachineFaults"/>).</summary>
    public const string Faults = Prefix + "faults";

    /// <summary>Label of a pool's nodes: the pool's name.</summary>
    public const string Pool = Prefix + "pool";
    public const string StartAfter = Prefix + "start-after";
    public const string ReadyAfter = Prefix + "ready-after";
    public const string StopAfter = Prefix + "stop-after";

    /// <summary>On a pod: its containers end by themselves after this time, with <see cref="ExitCode"/>.</summary>
    public const string RunFor = Prefix + "run-for";
    public const string ExitCode = Prefix + "exit-code";

    /// <returns>
    /// A duration such as 500ms, 2s, 1m, 1h; <see cref="Timeout.InfiniteTimeSpan"/> for <c>never</c>; null when it is absent or
    /// no duration.
    /// </returns>
    public static TimeSpan? Duration(JsonObject item, string annotation) => Parse(item.Annotation(annotation));

    public static TimeSpan? Parse(string text)
    {
        if (text == "never")
        {
            return Timeout.InfiniteTimeSpan;
        }

        int digits = text.AsSpan().IndexOfAnyExcept(Digits);
        if (digits <= 0 || !double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
        {
            return null;
        }

        double? seconds = text[digits..] switch
        {
            "ms" => value / 1000,
            "s" => value,
            "m" => value * 60,
            "h" => value * 3600,
            _ => null,
        };
        return seconds is <= 1e9 ? TimeSpan.FromSeconds(seconds.Value) : null;
    }
}
