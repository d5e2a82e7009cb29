using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Persistence;

/// <summary>
/// The lines of a sandbox's files: one write each, as <c>REVISION RESOURCE TYPE KEY JSON</c>. The last line for a key decides.
/// </summary>
internal static class StoreLog
{
    public static void Append(StringBuilder text, StoreEvent entry)
    {
        bool deleted = entry.Type == StoreEventType.Deleted;
        text.Append(CultureInfo.InvariantCulture, $"{entry.Revision} {entry.Resource} {(deleted ? '-' : '+')} {Escape(entry.Object.Key)} ");
        if (!deleted)
        {
            text.Append(Encoding.UTF8.GetString(entry.Object.Utf8.Span));
        }

        text.Append('\n');
    }

    /// <summary>Applies the lines to a state.</summary>
    /// <returns>The last revision, and what is wrong with the first line that is none: empty when all were read.</returns>
    public static (long Revision, string Problem) Replay(IEnumerable<string> lines, Dictionary<(string Resource, string Key), JsonObject> state)
    {
        long last = 0;
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            if (!TryApply(line, state, out long revision))
            {
                return (last, string.Create(CultureInfo.InvariantCulture, $"line {number} is not whole"));
            }

            last = Math.Max(last, revision);
        }

        return (last, "");
    }

    /// <summary>A key without blanks and line ends, which names of some kinds may have.</summary>
    public static string Escape(string key) => Uri.EscapeDataString(key);

    private static bool TryApply(string line, Dictionary<(string Resource, string Key), JsonObject> state, out long revision)
    {
        string[] parts = line.Split(' ', 5);
        if (!long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out revision) || parts.Length != 5)
        {
            return false;
        }

        (string, string) key = (parts[1], Uri.UnescapeDataString(parts[3]));
        if (parts[2] == "-")
        {
            state.Remove(key);
            return parts[4].Length == 0;
        }

        if (parts[2] != "+" || Parse(parts[4]) is not { } item)
        {
            return false;
        }

        state[key] = item;
        return true;
    }

    // At once and whole: a field that cannot be read must not show when somebody asks for the object.
    private static JsonObject? Parse(string json) =>
        JsonBody.Parse(Encoding.UTF8.GetBytes(json), [], out _) is JsonObject item && item["metadata"] is JsonObject ? item : null;
}
