using System.Globalization;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Faults;

/// <summary>
/// Faults as people write them, on the command line and to the admin endpoint: <c>KIND[=VALUE][,KEY=VALUE...]</c>, such as
/// <c>latency=200ms</c>, <c>error=429,retry-after=2,probability=0.1</c>, <c>cut=5s,verb=watch</c>.
/// </summary>
public static class FaultText
{
    public const string Allowed =
        "latency=TIME, error=CODE, hang, cut=TIME, stale=REVISIONS, gone; then probability=P, times=N, for=TIME, retry-after=SECONDS,"
        + " verb=VERB, path=PART, agent=PART";

    /// <returns>The fault; or null, and what is wrong with the text.</returns>
    public static Fault? Parse(string text, out string error)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        (string name, string value) = Pair(parts[0]);
        Fault? fault = name switch
        {
            "latency" => Timed(FaultKind.Latency, value),
            "cut" => Timed(FaultKind.Cut, value),
            "error" => Number(value, 400, 599) is { } code ? new Fault { Kind = FaultKind.Error, Code = code } : null,
            "stale" => Number(value, 1, int.MaxValue) is { } behind ? new Fault { Kind = FaultKind.Stale, Behind = behind } : null,
            "hang" when value.Length == 0 => new Fault { Kind = FaultKind.Hang },
            "gone" when value.Length == 0 => new Fault { Kind = FaultKind.Gone },
            _ => null,
        };
        error = fault is null ? Wrong(text, parts[0]) : "";
        foreach (string part in parts.Skip(1))
        {
            Fault? changed = fault is null ? null : With(fault, part);
            if (changed is null && error.Length == 0)
            {
                error = Wrong(text, part);
            }

            fault = changed;
        }

        return fault;
    }

    /// <summary>The text that <see cref="Parse"/> reads back.</summary>
    public static string Of(Fault fault)
    {
        string kind = fault.Kind switch
        {
            FaultKind.Latency or FaultKind.Cut => Name(fault) + "=" + Time(fault.Delay),
            FaultKind.Error => string.Create(CultureInfo.InvariantCulture, $"error={fault.Code}"),
            FaultKind.Stale => string.Create(CultureInfo.InvariantCulture, $"stale={fault.Behind}"),
            _ => Name(fault),
        };
        string[] options =
        [
            fault.Probability < 1 ? ",probability=" + fault.Probability.ToString(CultureInfo.InvariantCulture) : "",
            fault.Times is { } times ? ",times=" + times.ToString(CultureInfo.InvariantCulture) : "",
            fault.For is { } time ? ",for=" + Time(time) : "",
            fault.RetryAfter is { } seconds ? ",retry-after=" + seconds.ToString(CultureInfo.InvariantCulture) : "",
            fault.Verb.Length > 0 ? ",verb=" + fault.Verb : "",
            fault.Path.Length > 0 ? ",path=" + fault.Path : "",
            fault.Agent.Length > 0 ? ",agent=" + fault.Agent : "",
        ];
        return kind + string.Concat(options);
    }

    private static Fault? With(Fault fault, string part)
    {
        (string name, string value) = Pair(part);
        return name switch
        {
            "probability" => double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double p) && p is > 0 and <= 1
                ? fault with { Probability = p }
                : null,
            "times" => Number(value, 1, int.MaxValue) is { } times ? fault with { Times = times } : null,
            "for" => Span(value) is { } time ? fault with { For = time } : null,
            "retry-after" => Number(value, 0, 3600) is { } seconds ? fault with { RetryAfter = seconds } : null,
            "verb" when value.Length > 0 => fault with { Verb = value },
            "path" when value.Length > 0 => fault with { Path = value },
            "agent" when value.Length > 0 => fault with { Agent = value },
            _ => null,
        };
    }

    private static string Wrong(string text, string part) => $"fault '{text}': '{part}' is not understood; allowed: {Allowed}";

    private static Fault? Timed(FaultKind kind, string value) =>
        Span(value) is { } time ? new Fault { Kind = kind, Delay = time } : null;

    private static TimeSpan? Span(string value) =>
        SandboxAnnotations.Parse(value) is { } time && time >= TimeSpan.Zero && time <= TimeSpan.FromDays(1) ? time : null;

    private static int? Number(string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : null;

    private static (string Name, string Value) Pair(string part)
    {
        int at = part.IndexOf('=', StringComparison.Ordinal);
        return at < 0 ? (part, "") : (part[..at], part[(at + 1)..]);
    }

    private static string Name(Fault fault) => fault.Kind.ToString().ToLowerInvariant();

    private static string Time(TimeSpan time) => time.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture) + "ms";
}
