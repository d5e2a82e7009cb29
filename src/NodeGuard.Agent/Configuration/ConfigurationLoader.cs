namespace NodeGuard.Agent.Configuration;

/// <summary>Reads file, variables and flags into <see cref="AgentOptions"/>, or says all that is wrong with them.</summary>
public static class ConfigurationLoader
{
    public static ConfigurationResult Load(ConfigurationSources sources)
    {
        var errors = new List<ConfigurationError>();
        var said = new Dictionary<string, RawSetting>(StringComparer.Ordinal);
        // Later sources win; a wrong value of a source that loses is still an error of its own.
        var values = new SettingValues();
        foreach (RawSetting raw in ReadFile(sources, errors).Concat(ReadVariables(sources)).Concat(ReadFlags(sources, errors)))
        {
            if (values.TrySet(raw, errors))
            {
                said[raw.Key] = raw;
            }
        }

        return new ConfigurationResult
        {
            Options = errors.Count == 0 ? values.ToOptions() : null,
            Errors = errors,
            UnknownVariables = UnknownVariables(sources),
            Effective = [.. AgentSettings.All.Select(s => new EffectiveSetting(s, values.Text(s), said.GetValueOrDefault(s.Key)?.Source ?? "default"))],
        };
    }

    private static IReadOnlyList<RawSetting> ReadFile(ConfigurationSources sources, List<ConfigurationError> errors)
    {
        string path = sources.File ?? ConfigurationSources.DefaultFile;
        try
        {
            using var reader = new StreamReader(path);
            // One more than allowed, so that a file without end (a device, a pipe) is seen as too long.
            char[] buffer = new char[YamlSettingsReader.MaxCharacters + 1];
            int length = reader.ReadBlock(buffer);
            return YamlSettingsReader.Read(new string(buffer, 0, length), path, errors);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && sources.File is null)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new(path, $"the configuration file cannot be read ({e.Message}); give the right path with --config, or make it readable."));
            return [];
        }
    }

    private static IEnumerable<RawSetting> ReadVariables(ConfigurationSources sources)
    {
        foreach (Setting setting in AgentSettings.All)
        {
            if (sources.Variables.TryGetValue(setting.Variable, out string? value))
            {
                yield return FromText(setting, value, setting.Variable);
            }
        }
    }

    private static List<RawSetting> ReadFlags(ConfigurationSources sources, List<ConfigurationError> errors)
    {
        var flags = new List<RawSetting>();
        foreach (IGrouping<string, string> flag in sources.Flags.GroupBy(f => f.Key, f => f.Value))
        {
            if (!SettingNames.TryFind(flag.Key, out Setting? setting))
            {
                errors.Add(new("command line", SettingNames.Unknown(flag.Key)));
            }
            else if (!setting.IsList && flag.Count() > 1)
            {
                errors.Add(new(setting.Flag, $"{setting.Key} is given {flag.Count()} times; give it once."));
            }
            else
            {
                flags.Add(FromText(setting, string.Join(',', flag), setting.Flag));
            }
        }

        return flags;
    }

    private static RawSetting FromText(Setting setting, string text, string source) => setting.IsList
        ? new(setting.Key, text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), IsList: true, source)
        : new(setting.Key, [text], IsList: false, source);

    private static List<string> UnknownVariables(ConfigurationSources sources)
    {
        HashSet<string> known = AgentSettings.All.Select(setting => setting.Variable).ToHashSet(StringComparer.Ordinal);
        return [.. sources.Variables.Keys
            .Where(name => name.StartsWith("NODEGUARD_", StringComparison.Ordinal) && !known.Contains(name))
            .Order(StringComparer.Ordinal)];
    }
}
