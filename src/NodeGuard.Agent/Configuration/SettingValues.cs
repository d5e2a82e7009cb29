using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Core.Updates;

namespace NodeGuard.Agent.Configuration;

/// <summary>The checked value of each setting, defaults where nothing valid was said.</summary>
internal sealed class SettingValues
{
    private readonly Dictionary<Setting, ParsedSetting> _values = [];

    public SettingValues()
    {
        foreach (Setting setting in AgentSettings.All)
        {
            string[] items = setting.IsList ? setting.DefaultText.Split(',', StringSplitOptions.RemoveEmptyEntries) : [setting.DefaultText];
            _values[setting] = setting.Parse(items)
                ?? throw new InvalidOperationException($"the default \"{setting.DefaultText}\" of {setting.Key} is not among what it allows");
        }
    }

    public string Text(Setting setting) => _values[setting].Text;

    public bool TrySet(RawSetting raw, List<ConfigurationError> errors)
    {
        Setting setting = AgentSettings.All.First(s => s.Key == raw.Key);
        if (raw.IsList && !setting.IsList)
        {
            errors.Add(new(raw.Source, $"{setting.Key} is a list ({raw.Shown}); wanted one value. Allowed: {setting.Allowed}."));
            return false;
        }

        if (setting.Parse(raw.Items) is not { } parsed)
        {
            errors.Add(new(raw.Source, $"{setting.Key} is \"{raw.Shown}\"; allowed: {setting.Allowed}."));
            return false;
        }

        _values[setting] = parsed;
        return true;
    }

    public AgentOptions ToOptions()
    {
        string runtimeDirectory = Get<string>(AgentSettings.RuntimeDirectory);
        string socket = Get<string>(AgentSettings.HttpSocket);
        return new AgentOptions
        {
            Routes = ToRouteOptions(),
            Updates = new UpdateOptions
            {
                Mode = Get<HoldMode>(AgentSettings.UpdatesMode),
                Persistent = Get<bool>(AgentSettings.UpdatesPersistent),
                AptGate = Get<bool>(AgentSettings.UpdatesAptGate),
                Units = Get<string[]>(AgentSettings.UpdatesUnits),
            },
            Http = new HttpOptions
            {
                Listen = Get<ListenAddress>(AgentSettings.HttpListen).EndPoint,
                SocketPath = socket.Length > 0 ? socket : $"{runtimeDirectory}/agent.sock",
            },
            Log = new LogOptions { Level = Get<LogLevel>(AgentSettings.LogLevelSetting), Format = Get<LogFormat>(AgentSettings.LogFormatSetting) },
            StateDirectory = Get<string>(AgentSettings.StateDirectory),
            RuntimeDirectory = runtimeDirectory,
            ProcRoot = Get<string>(AgentSettings.ProcRoot),
            ReceiveBufferBytes = Get<int>(AgentSettings.ReceiveBufferBytes),
            RealtimePriority = Get<int>(AgentSettings.RealtimePriority),
            Cluster = ToClusterOptions(),
        };
    }

    private ClusterOptions? ToClusterOptions()
    {
        string node = Get<string>(AgentSettings.ClusterNode);
        string kubeconfig = Get<string>(AgentSettings.ClusterKubeconfig);
        return node.Length == 0
            ? null
            : new ClusterOptions(node, kubeconfig.Length > 0 ? kubeconfig : null, Get<string>(AgentSettings.ClusterHostRoot).TrimEnd('/'),
                Get<bool>(AgentSettings.ClusterReboot), Get<bool>(AgentSettings.ClusterUpdates));
    }

    private RouteOptions ToRouteOptions() => new()
    {
        Mode = Get<GuardMode>(AgentSettings.RoutesMode),
        Harden = Get<HardenMode>(AgentSettings.RoutesHarden),
        MaxObjects = Get<int>(AgentSettings.RoutesMaxObjects),
        Exclude = new RestoreFilter
        {
            Protocols = Get<byte[]>(AgentSettings.RoutesExcludeProtocols).ToHashSet(),
            Tables = Get<uint[]>(AgentSettings.RoutesExcludeTables).ToHashSet(),
            Priorities = Get<PriorityRange[]>(AgentSettings.RoutesExcludePriorities),
            Devices = Get<string[]>(AgentSettings.RoutesExcludeDevices),
        },
        ResyncInterval = Get<TimeSpan>(AgentSettings.RoutesResyncInterval),
        HistorySize = Get<int>(AgentSettings.RoutesHistorySize),
    };

    private T Get<T>(Setting setting) => (T)_values[setting].Value;
}
