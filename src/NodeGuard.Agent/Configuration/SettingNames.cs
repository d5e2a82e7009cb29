using System.Diagnostics.CodeAnalysis;

namespace NodeGuard.Agent.Configuration;

/// <summary>Finds settings by the names that people write, and says what they may have meant.</summary>
internal static class SettingNames
{
    private static readonly Dictionary<string, Setting> ByKey =
        AgentSettings.All.ToDictionary(setting => setting.Key, StringComparer.Ordinal);

    private static readonly HashSet<string> Groups = AgentSettings.All.SelectMany(setting => Parents(setting.Key)).ToHashSet(StringComparer.Ordinal);

    public static bool TryFind(string key, [NotNullWhen(true)] out Setting? setting) => ByKey.TryGetValue(key, out setting);

    public static bool IsGroup(string key) => Groups.Contains(key);

    public static string Unknown(string key)
    {
        string? near = ByKey.Keys.Where(known => Distance(known, key) <= 3).MinBy(known => Distance(known, key));
        string hint = near is null
            ? "`nodeguard agent --print-config` lists the known ones"
            : $"did you mean {near}?";
        return $"{key} is not a setting; {hint}";
    }

    private static IEnumerable<string> Parents(string key)
    {
        for (int dot = key.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = key.IndexOf('.', dot + 1))
        {
            yield return key[..dot];
        }
    }

    /// <summary>Levenshtein's, without regard to case.</summary>
    private static int Distance(string left, string right)
    {
        int[] row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int substitution = diagonal + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
