using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>What a pool's machines are; the <c>spec</c> of a SandboxPool.</summary>
public sealed record PoolSpec
{
    public required string Name { get; init; }

    public int Count { get; init; } = 3;

    public PoolProvider Provider { get; init; } = PoolProvider.Autoscaling;

    /// <summary>What machines that boot from now on run; <c>status.nodeInfo.osImage</c> of their Nodes.</summary>
    public string Image { get; init; } = "debian-12.1";

    public IReadOnlyList<string> Zones { get; init; } = ["a", "b", "c"];

    /// <summary>From the order of a machine, or of a reboot, until its kubelet registers.</summary>
    public TimeSpan Boot { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>From there until it is Ready.</summary>
    public TimeSpan Ready { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a machine takes to end.</summary>
    public TimeSpan Stop { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Over which time in the past the first nodes were born; zero for all of them now.</summary>
    public TimeSpan Birth { get; init; }

    /// <summary>A successor has a free name of its pool: that of the machine that it follows, where only one has ended.</summary>
    public bool SameName { get; init; }

    /// <summary>Each node has a simulated agent, which writes the status of the node's GuardedNode.</summary>
    public bool Agents { get; init; }

    /// <summary>How often an agent says that it lives.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMinutes(5);

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>What the archive of the machines' packages has, as in systemd:amd64=252.38; a machine comes with what is there then.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>How long an update of packages takes.</summary>
    public TimeSpan Update { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The key of the webhook's signatures; empty takes unsigned requests.</summary>
    public string Secret { get; init; } = "";

    /// <summary>The versions that the archive has now, by name; of a name that stands there twice the last one.</summary>
    internal Dictionary<string, string> Archive()
    {
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] package in Packages.Select(static package => package.Split('=', 2)).Where(static parts => parts.Length == 2))
        {
            versions[package[0]] = package[1];
        }

        return versions;
    }

    internal static PoolSpec Of(JsonObject pool)
    {
        JsonNode? spec = pool.At("spec");
        var defaults = new PoolSpec { Name = pool.Name() };
        return defaults with
        {
            Count = Math.Max(0, spec.Number("count") ?? defaults.Count),
            Provider = Enum.TryParse(spec.Text("provider"), ignoreCase: true, out PoolProvider provider) ? provider : defaults.Provider,
            Image = Or(spec.Text("image"), defaults.Image),
            Zones = spec.Texts("zones").ToArray() is { Length: > 0 } zones ? zones : defaults.Zones,
            Boot = Duration(spec, "boot", defaults.Boot),
            Ready = Duration(spec, "ready", defaults.Ready),
            Stop = Duration(spec, "stop", defaults.Stop),
            Birth = Duration(spec, "birth", defaults.Birth),
            SameName = spec.Flag("sameName"),
            Agents = spec.Flag("agents"),
            Heartbeat = Duration(spec, "heartbeat", defaults.Heartbeat),
            Labels = (spec.At("labels") as JsonObject ?? []).ToDictionary(label => label.Key, label => label.Value.Text()),
            Packages = [.. spec.Texts("packages")],
            Update = Duration(spec, "update", defaults.Update),
            Secret = spec.Text("secret"),
        };
    }

    internal JsonObject ToObject() => new()
    {
        ["apiVersion"] = MachineResources.Pools.ApiVersion,
        ["kind"] = MachineResources.Pools.Kind,
        ["metadata"] = new JsonObject { ["name"] = Name },
        ["spec"] = new JsonObject
        {
            ["count"] = Count,
            ["provider"] = Provider.ToString().ToLowerInvariant(),
            ["image"] = Image,
            ["zones"] = new JsonArray([.. Zones.Select(zone => (JsonNode)zone)]),
            ["boot"] = Text(Boot),
            ["ready"] = Text(Ready),
            ["stop"] = Text(Stop),
            ["birth"] = Text(Birth),
            ["sameName"] = SameName,
            ["agents"] = Agents,
            ["heartbeat"] = Text(Heartbeat),
            ["labels"] = new JsonObject([.. Labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))]),
            ["packages"] = new JsonArray([.. Packages.Select(package => (JsonNode)package)]),
            ["update"] = Text(Update),
            ["secret"] = Secret,
        },
    };

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    private static TimeSpan Duration(JsonNode? spec, string field, TimeSpan otherwise) =>
        SandboxAnnotations.Parse(spec.Text(field)) is { } time && time >= TimeSpan.Zero ? time : otherwise;

    private static string Text(TimeSpan time) =>
        time.TotalSeconds.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture) + "s";
}
