using System.Globalization;
using System.Text;

namespace NodeGuard.Lab.Tests.Lab;

/// <summary>How the agent under test is started.</summary>
public sealed record AgentSetup
{
    /// <summary>Restoring alone must do, so that prevention hides nothing.</summary>
    public static readonly AgentSetup Unhardened = new();

    /// <summary>Setting routes.harden: off, runtime or persistent.</summary>
    public string Harden { get; init; } = "off";

    /// <summary>NODEGUARD_ variables, for example NODEGUARD_RECEIVE_BUFFER_BYTES.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>More lines for the unit's [Service] section.</summary>
    public IReadOnlyList<string> UnitLines { get; init; } = [];
}

/// <summary>A container in which `nodeguard agent` runs as a unit that is restarted when it dies.</summary>
public sealed class GuardedContainer : IAsyncDisposable
{
    public const string Unit = "nodeguard-lab.service";
    public const string StateDirectory = "/var/lib/nodeguard";
    private const string Program = "/usr/local/bin/nodeguard";
    private static readonly TimeSpan HealTimeout = TimeSpan.FromSeconds(20);

    // Said once per start; until then the agent guesses what networkd owns, wrongly where owners use its protocols.
    private static readonly string[] OwnershipKnown = ["networkd describes its own objects", "what networkd owns is guessed"];

    private GuardedContainer(LabContainer container) => Container = container;

    public LabContainer Container { get; }

    /// <summary>Boots, starts the agent, and waits for its READY=1.</summary>
    public static async Task<GuardedContainer> StartAsync(LabSuite suite, AgentSetup? setup = null)
    {
        string binary = LabHost.NodeguardBinary();
        LabContainer container = await LabContainer.BootAsync(suite);
        var guarded = new GuardedContainer(container);
        try
        {
            container.Install(binary, Program);
            await guarded.ConfigureAsync(setup ?? AgentSetup.Unhardened);
            await guarded.StartAgentAsync();
            return guarded;
        }
        catch
        {
            await guarded.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes the unit anew; takes effect at the agent's next start.</summary>
    public async Task ConfigureAsync(AgentSetup setup)
    {
        var unit = new StringBuilder();
        unit.AppendLine("[Unit]").AppendLine("StartLimitIntervalSec=0");
        unit.AppendLine("[Service]").AppendLine("Type=notify").AppendLine("Restart=always").AppendLine("RestartSec=100ms");
        unit.AppendLine(CultureInfo.InvariantCulture, $"ExecStart={Program} agent");
        unit.AppendLine(CultureInfo.InvariantCulture, $"Environment=NODEGUARD_ROUTES_HARDEN={setup.Harden}");
        if (!setup.Variables.ContainsKey("NODEGUARD_UPDATES_MODE"))
        {
            unit.AppendLine("Environment=NODEGUARD_UPDATES_MODE=off");
        }

        // What is measured here is the runtime as hosts have it.
        string[] delivered = await File.ReadAllLinesAsync(LabHost.AgentUnit);
        unit.AppendJoin('\n', delivered.Where(static line => line.StartsWith("Environment=DOTNET_", StringComparison.Ordinal))).AppendLine();

        foreach ((string name, string value) in setup.Variables)
        {
            unit.AppendLine(CultureInfo.InvariantCulture, $"Environment={name}={value}");
        }

        unit.AppendJoin('\n', setup.UnitLines).AppendLine();
        await Container.WriteFileAsync($"/etc/systemd/system/{Unit}", unit.ToString());
        await Container.ExecAsync("systemctl", "daemon-reload");
    }

    public async Task StartAgentAsync()
    {
        CommandResult started = await Container.TryExecAsync("systemctl", "start", Unit);
        if (started.ExitCode != 0)
        {
            throw new LabException($"the agent in {Container.Name} was to become ready and did not: {started.Error}{await JournalAsync()}");
        }
    }

    public Task StopAgentAsync() => Container.ExecAsync("systemctl", "stop", Unit);

    public Task SignalAgentAsync(string signal) => Container.ExecAsync("systemctl", "kill", "--kill-whom=main", $"--signal={signal}", Unit);

    /// <summary>The CLI, inside.</summary>
    public Task<CommandResult> TryCliAsync(params string[] arguments) => Container.TryExecAsync([Program, .. arguments]);

    public async Task<string> CliAsync(params string[] arguments) => (await TryCliAsync(arguments)).Succeeded();

    /// <summary>A metric without labels, as the agent tells it inside.</summary>
    public async Task<long> MetricAsync(string name)
    {
        string line = await Container.ExecAsync(
            "bash", "-c", $"exec 3<>/dev/tcp/127.0.0.1/9871; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; grep -a '^{name} ' <&3");
        return long.Parse(line.Trim()[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>Seeds, <see cref="ForeignObjects.Deletable"/> by default, and waits until the agent's ledger and the kernel agree.</summary>
    /// <returns>What must be there from now on.</returns>
    public async Task<NetnsSnapshot> SeedAsync(IEnumerable<ForeignObject>? objects = null)
    {
        await ForeignObjects.SeedAsync(Container, objects ?? ForeignObjects.Deletable);
        return await LearnedAsync();
    }

    /// <summary>The state once the agent knows it and duplicate address detection, which changes it, is over.</summary>
    /// <param name="overBus">False where there is no bus over which networkd could describe its own objects.</param>
    public async Task<NetnsSnapshot> LearnedAsync(bool overBus = true)
    {
        await AgentIsReadyAsync();
        if (overBus)
        {
            await Container.UntilAsync("the agent to know what networkd owns", async () =>
                await JournalOfThisStartAsync() is var journal && OwnershipKnown.Any(said => journal.Contains(said, StringComparison.Ordinal)));
        }

        await Container.UntilAsync(
            "the end of duplicate address detection",
            async () => (await Container.IpAsync("-6", "addr", "show", "tentative")).Length == 0);
        await Container.UntilAsync("a ledger that equals the kernel", async () => (await TryCliAsync("routes", "diff")).ExitCode == 0);
        return await NetnsSnapshot.TakeAsync(Container);
    }

    public Task AgentIsReadyAsync() => Container.UntilAsync(
        "the agent to be active",
        async () => (await Container.TryExecAsync("systemctl", "is-active", "--quiet", Unit)).ExitCode == 0);

    /// <summary>Waits for networkd to settle and the agent to finish; throws, with the differences, when something is not as before.</summary>
    /// <param name="mayGain">Texts of which one is in every line that networkd was configured to add.</param>
    public async Task ShouldBeWholeAsync(NetnsSnapshot before, params string[] mayGain)
    {
        await Container.NetworkdSettledAsync();
        IReadOnlyList<string> differences = [];
        try
        {
            await Container.UntilAsync(
                "everything to be as before",
                async () => (differences = Differences(before, await NetnsSnapshot.TakeAsync(Container), mayGain)).Count == 0,
                HealTimeout);
        }
        catch (LabException)
        {
            throw new LabException(
                $"{Container.Name} was to be as before the flush; {differences.Count} differences ('-' lost, '+' new, '~' moved):\n"
                + $"{string.Join('\n', differences)}\n{await JournalAsync()}");
        }
    }

    public async Task<string> JournalOfThisStartAsync()
    {
        string invocation = await Container.ExecAsync("systemctl", "show", "--property=InvocationID", "--value", Unit);
        return await Container.ExecAsync("journalctl", "--no-pager", $"_SYSTEMD_INVOCATION_ID={invocation}");
    }

    public async Task<string> JournalAsync() =>
        (await Container.TryExecAsync("journalctl", "--no-pager", "--lines=60", $"--unit={Unit}", "--unit=systemd-networkd.service")).Output;

    public ValueTask DisposeAsync() => Container.DisposeAsync();

    private static IReadOnlyList<string> Differences(NetnsSnapshot before, NetnsSnapshot after, string[] mayGain) =>
        [.. NetnsSnapshot.Diff(before, after).Where(line =>
            !line.StartsWith('+') || !Array.Exists(mayGain, text => line.Contains(text, StringComparison.Ordinal)))];
}
