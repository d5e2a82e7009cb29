using System.Globalization;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>A pool as people write it on the command line: <c>name=workers,count=100,provider=karpenter</c>.</summary>
public static class PoolText
{
    public const string Allowed =
        "name=NAME, count=N, provider=autoscaling|clusterapi|karpenter|resource|webhook|none, image=TEXT, zones=a;b;c, boot=TIME,"
        + " ready=TIME, stop=TIME, birth=same|spread:TIME, sameName=true|false, agents=true|false, heartbeat=TIME, labels=K=V;K=V,"
        + " packages=NAME=VERSION;NAME=VERSION, update=TIME, secret=TEXT";

    private const int Most = 10000;

    /// <returns>The pool; or null, and what is wrong with the text.</returns>
    public static PoolSpec? Parse(string text, out string error)
    {
        var pool = new PoolSpec { Name = "" };
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (With(pool, part) is not { } changed)
            {
                error = $"pool '{text}': '{part}' is not understood; allowed: {Allowed}";
                return null;
            }

            pool = changed;
        }

        error = pool.Name.Length > 0 ? "" : $"pool '{text}' has no name; add name=NAME";
        return error.Length == 0 ? pool : null;
    }

    private static PoolSpec? With(PoolSpec pool, string part)
    {
        int at = part.IndexOf('=', StringComparison.Ordinal);
        string value = at < 0 ? "" : part[(at + 1)..];
        if (value.Length == 0)
        {
            return null;
        }

        return part[..at] switch
        {
            "name" => Names.SubdomainError(value) is null && value.Length <= 40 ? pool with { Name = value } : null,
            "count" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count <= Most
                ? pool with { Count = count }
                : null,
            "provider" => Enum.TryParse(value, ignoreCase: true, out PoolProvider provider) && !char.IsAsciiDigit(value[0])
                ? pool with { Provider = provider }
                : null,
            "image" => pool with { Image = value },
            "zones" => pool with { Zones = value.Split(';', StringSplitOptions.RemoveEmptyEntries) },
            "boot" => Time(value) is { } time ? pool with { Boot = time } : null,
            "ready" => Time(value) is { } time ? pool with { Ready = time } : null,
            "stop" => Time(value) is { } time ? pool with { Stop = time } : null,
            "birth" => value == "same" ? pool with { Birth = TimeSpan.Zero }
                : value.StartsWith("spread:", StringComparison.Ordinal) && Time(value["spread:".Length..]) is { } time ? pool with { Birth = time }
                : null,
            "sameName" => bool.TryParse(value, out bool same) ? pool with { SameName = same } : null,
            "agents" => bool.TryParse(value, out bool agents) ? pool with { Agents = agents } : null,
            "heartbeat" => Time(value) is { } time && time > TimeSpan.Zero ? pool with { Heartbeat = time } : null,
            "labels" => Labels(value) is { } labels ? pool with { Labels = labels } : null,
            "packages" => pool with { Packages = value.Split(';', StringSplitOptions.RemoveEmptyEntries) },
            "update" => Time(value) is { } time ? pool with { Update = time } : null,
            "secret" => pool with { Secret = value },
            _ => null,
        };
    }

    private static TimeSpan? Time(string text) => SandboxAnnotations.Parse(text) is { } time && time >= TimeSpan.Zero ? time : null;

    private static Dictionary<string, string>? Labels(string text)
    {
        var labels = new Dictionary<string, string>();
        foreach (string label in text.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            int at = label.IndexOf('=', StringComparison.Ordinal);
            string key = at < 0 ? label : label[..at];
            string value = at < 0 ? "" : label[(at + 1)..];
            if (Names.QualifiedNameError(key) is not null || Names.LabelValueError(value) is not null)
            {
                return null;
            }

            labels[key] = value;
        }

        return labels;
    }
}
