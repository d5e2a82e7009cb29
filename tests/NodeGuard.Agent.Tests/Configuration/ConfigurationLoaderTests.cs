using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Prevention;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Configuration;

public sealed class ConfigurationLoaderTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"nodeguard-config-{Guid.NewGuid():N}.yaml");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Without_any_source_the_defaults_hold()
    {
        ConfigurationResult result = Load(string.Empty);

        AgentOptions options = Valid(result);
        options.Routes.Mode.ShouldBe(GuardMode.Restore);
        options.Routes.Harden.ShouldBe(HardenMode.Runtime);
        options.Routes.MaxObjects.ShouldBe(262_144);
        options.Http.Listen!.ToString().ShouldBe("127.0.0.1:9871");
        options.Http.SocketPath.ShouldBe("/run/nodeguard/agent.sock");
        options.ReceiveBufferBytes.ShouldBe(64 << 20);
        options.Log.Level.ShouldBe(LogLevel.Information);
        result.Effective.ShouldAllBe(effective => effective.Source == "default");
    }

    [Fact]
    public void Every_setting_of_the_file_reaches_the_options()
    {
        AgentOptions options = Valid(Load(
            """
            routes:
              mode: observe
              harden: "off"
              maxObjects: 2048
              exclude:
                protocols: [bgp, 99]
                tables: [main, 4294967295]
                priorities: [100-200, 7]
                devices: [veth*, eth?]
              resyncInterval: 1h
              historySize: 5
            stateDirectory: /state/
            runtimeDirectory: /runtime
            http:
              listen: "[::1]:80"
              socket: /elsewhere.sock
            log: {level: debug, format: json}
            procRoot: /host/proc
            receiveBufferBytes: 1MiB
            realtimePriority: 0
            """));

        options.Routes.Mode.ShouldBe(GuardMode.Observe);
        options.Routes.Harden.ShouldBe(HardenMode.Off);
        options.Routes.MaxObjects.ShouldBe(2048);
        options.Routes.Exclude.Protocols.ShouldBe([(byte)186, (byte)99], ignoreOrder: true);
        options.Routes.Exclude.Tables.ShouldBe([254u, uint.MaxValue], ignoreOrder: true);
        options.Routes.Exclude.Priorities.ShouldBe([new PriorityRange(100, 200), new PriorityRange(7, 7)]);
        options.Routes.Exclude.Devices.ShouldBe(["veth*", "eth?"]);
        options.Routes.ResyncInterval.ShouldBe(TimeSpan.FromHours(1));
        options.Routes.HistorySize.ShouldBe(5);
        options.StateDirectory.ShouldBe("/state");
        options.RuntimeDirectory.ShouldBe("/runtime");
        options.Http.Listen!.ToString().ShouldBe("[::1]:80");
        options.Http.SocketPath.ShouldBe("/elsewhere.sock");
        options.Log.ShouldBe(new LogOptions { Level = LogLevel.Debug, Format = LogFormat.Json });
        options.ProcRoot.ShouldBe("/host/proc");
        options.ReceiveBufferBytes.ShouldBe(1 << 20);
        options.RealtimePriority.ShouldBe(0);
    }

    [Fact]
    public void Flags_win_over_variables_and_variables_over_the_file()
    {
        ConfigurationResult result = Load(
            "routes:\n  mode: observe\n  maxObjects: 5000\n  historySize: 7\n",
            variables: [("NODEGUARD_ROUTES_MAX_OBJECTS", "6000"), ("NODEGUARD_ROUTES_HISTORY_SIZE", "8")],
            flags: [("routes.historySize", "9")]);

        Source(result, "routes.mode").ShouldBe(("observe", $"{_file}:2"));
        Source(result, "routes.maxObjects").ShouldBe(("6000", "NODEGUARD_ROUTES_MAX_OBJECTS"));
        Source(result, "routes.historySize").ShouldBe(("9", "--routes-history-size"));
        Valid(result).Routes.HistorySize.ShouldBe(9);
    }

    [Fact]
    public void All_errors_are_told_at_once_each_with_its_source_its_value_and_what_is_allowed()
    {
        ConfigurationResult result = Load(
            """
            routes:
              mode: restor
              maxObject: 5
              mode: observe
              historySize: [1, 2]
            stateDirectory: {a: b}
            nonsense: 1
            """,
            variables: [("NODEGUARD_LOG_LEVEL", "loud")],
            flags: [("realtimePriority", "100"), ("log.format", "text"), ("log.format", "json")]);

        result.Options.ShouldBeNull();
        result.Errors.Select(error => error.ToString()).ShouldBe(
            [
                $"{_file}:2: routes.mode is \"restor\"; allowed: observe or restore.",
                $"{_file}:3: routes.maxObject is not a setting; did you mean routes.maxObjects?",
                $"{_file}:4: routes.mode is said twice, first in line 2; remove one.",
                $"{_file}:5: routes.historySize is a list (1,2); wanted one value. Allowed: a whole number from 1 to 10000.",
                $"{_file}:6: stateDirectory is a mapping; wanted a value.",
                $"{_file}:7: nonsense is not a setting; `nodeguard agent --print-config` lists the known ones",
                "NODEGUARD_LOG_LEVEL: log.level is \"loud\"; allowed: trace, debug, info, warning or error.",
                "--realtime-priority: realtimePriority is \"100\"; allowed: a whole number from 0 to 99.",
                "--log-format: log.format is given 2 times; give it once.",
            ],
            ignoreOrder: true);
    }

    [Theory]
    [InlineData("routes.mode", "Restore")]
    [InlineData("routes.maxObjects", "-1")]
    [InlineData("routes.maxObjects", "0x400")]
    [InlineData("routes.maxObjects", "99999999999999999999")]
    [InlineData("routes.exclude.protocols", "256")]
    [InlineData("routes.exclude.tables", "4294967296")]
    [InlineData("routes.exclude.priorities", "200-100")]
    [InlineData("routes.exclude.priorities", "1-2-3")]
    [InlineData("routes.exclude.devices", "eth0/1")]
    [InlineData("routes.resyncInterval", "2")]
    [InlineData("routes.resyncInterval", "1ms")]
    [InlineData("routes.resyncInterval", "4294967295h")]
    [InlineData("stateDirectory", "relative")]
    [InlineData("stateDirectory", "/a/../b")]
    [InlineData("stateDirectory", "")]
    [InlineData("http.listen", "localhost:9871")]
    [InlineData("http.listen", "1:9871")]
    [InlineData("http.listen", "::1:9871")]
    [InlineData("http.listen", "127.0.0.1")]
    [InlineData("http.listen", "127.0.0.1:65536")]
    [InlineData("receiveBufferBytes", "2GiB")]
    [InlineData("receiveBufferBytes", "4294967295GiB")]
    public void What_is_not_allowed_is_refused(string key, string value)
    {
        ConfigurationResult result = Load(string.Empty, flags: [(key, value)]);

        result.Errors.ShouldHaveSingleItem().Message.ShouldStartWith($"{key} is \"{value}\"; allowed: ");
    }

    [Theory]
    [InlineData("- a\n- b\n", "wanted a mapping")]
    [InlineData("just text\n", "wanted a mapping")]
    [InlineData("routes: 5\n", "routes is a single value; wanted a mapping")]
    [InlineData("routes:\n  mode:\n", "routes.mode has no value")]
    [InlineData("a: &x b\nroutes: *x\n", "alias")]
    [InlineData("? [complex]\n: 1\n", "a key is a list")]
    [InlineData("routes: {mode: restore\n", "cannot be read as YAML")]
    [InlineData("routes: \"open\n", "cannot be read as YAML")]
    [InlineData("log: {level: info}\n---\nlog: {level: info}\n", "second YAML document")]
    [InlineData("routes: {exclude: {devices: [a, [b]]}}\n", "an entry of routes.exclude.devices is a list")]
    public void A_file_of_the_wrong_form_is_told_with_its_line(string yaml, string expected)
    {
        ConfigurationResult result = Load(yaml);

        result.Options.ShouldBeNull();
        result.Errors.ShouldContain(error => error.Message.Contains(expected, StringComparison.Ordinal));
        result.Errors.ShouldAllBe(error => error.Source.StartsWith(_file + ":", StringComparison.Ordinal));
    }

    [Fact]
    public void A_named_file_that_is_not_there_is_an_error()
    {
        ConfigurationResult result = ConfigurationLoader.Load(new ConfigurationSources { File = _file + ".absent" });

        result.Errors.ShouldHaveSingleItem().Message.ShouldContain("cannot be read");
    }

    [Fact]
    public void A_file_without_end_is_refused_and_not_read_into_memory()
    {
        ConfigurationResult result = ConfigurationLoader.Load(new ConfigurationSources { File = "/dev/zero" });

        result.Errors.ShouldHaveSingleItem().Message.ShouldContain("at most 65536 are read");
    }

    [Fact]
    public void An_empty_file_and_empty_groups_say_nothing()
    {
        Valid(Load("# only a comment\n"));
        Valid(Load("routes:\nhttp: ~\nlog: {}\n"));
    }

    [Fact]
    public void A_variable_that_no_setting_has_is_told_but_does_not_stop_the_start()
    {
        ConfigurationResult result = Load(string.Empty, variables: [("NODEGUARD_PORT", "tcp://10.0.0.1:80")]);

        Valid(result);
        result.UnknownVariables.ShouldBe(["NODEGUARD_PORT"]);
    }

    [Fact]
    public void Lists_add_up_over_repeated_flags_and_may_be_emptied()
    {
        Valid(Load(string.Empty, flags: [("routes.exclude.devices", "a,b"), ("routes.exclude.devices", "c")]))
            .Routes.Exclude.Devices.ShouldBe(["a", "b", "c"]);
        Valid(Load("routes: {exclude: {devices: [a]}}", variables: [("NODEGUARD_ROUTES_EXCLUDE_DEVICES", "")]))
            .Routes.Exclude.Devices.ShouldBeEmpty();
    }

    [Fact]
    public void Canonical_values_are_read_back_as_they_are_written()
    {
        ConfigurationResult first = Load(string.Empty, flags: [("routes.exclude.priorities", "5-9,7"), ("routes.resyncInterval", "90s")]);

        ConfigurationResult second = Load(
            string.Empty, flags: [.. first.Effective.Where(e => e.Value.Length > 0).Select(e => (e.Setting.Key, e.Value))]);

        second.Effective.Select(e => e.Value).ShouldBe(first.Effective.Select(e => e.Value));
    }

    [Fact]
    public void The_printed_configuration_names_each_setting_with_value_and_source()
    {
        ConfigurationResult result = Load("log: {level: error}");

        string[] lines = ConfigurationReport.ToText(result).TrimEnd().Split('\n');
        lines.Length.ShouldBe(AgentSettings.All.Count + 1);
        lines.ShouldContain(line => line.StartsWith("log.level", StringComparison.Ordinal)
            && line.EndsWith($"{_file}:1", StringComparison.Ordinal) && line.Contains(" error ", StringComparison.Ordinal));

        using JsonDocument json = JsonDocument.Parse(ConfigurationReport.ToJson(result));
        JsonElement level = json.RootElement.GetProperty("settings").EnumerateArray().Single(s => s.GetProperty("key").GetString() == "log.level");
        level.GetProperty("value").GetString().ShouldBe("error");
        level.GetProperty("source").GetString().ShouldBe($"{_file}:1");
        level.GetProperty("variable").GetString().ShouldBe("NODEGUARD_LOG_LEVEL");
    }

    [Fact]
    public void The_printed_configuration_of_wrong_sources_has_the_errors_too()
    {
        ConfigurationResult result = Load("log: {level: loud}");

        ConfigurationReport.ToErrorText(result).ShouldBe(
            $"{_file}:1: log.level is \"loud\"; allowed: trace, debug, info, warning or error.\n");
        using JsonDocument json = JsonDocument.Parse(ConfigurationReport.ToJson(result));
        json.RootElement.GetProperty("errors").GetArrayLength().ShouldBe(1);
    }

    private static AgentOptions Valid(ConfigurationResult result)
    {
        result.Errors.ShouldBeEmpty();
        return result.Options.ShouldNotBeNull();
    }

    private static (string Value, string Source) Source(ConfigurationResult result, string key)
    {
        EffectiveSetting effective = result.Effective.Single(e => e.Setting.Key == key);
        return (effective.Value, effective.Source.ToString(CultureInfo.InvariantCulture));
    }

    private ConfigurationResult Load(
        string yaml,
        IEnumerable<(string Name, string Value)>? variables = null,
        IEnumerable<(string Key, string Value)>? flags = null)
    {
        File.WriteAllText(_file, yaml);
        return ConfigurationLoader.Load(new ConfigurationSources
        {
            File = _file,
            Variables = (variables ?? []).ToDictionary(v => v.Name, v => v.Value),
            Flags = [.. (flags ?? []).Select(f => KeyValuePair.Create(f.Key, f.Value))],
        });
    }
}
