using System.Globalization;
using System.Text.Json;
using NodeGuard.Core.Updates;

namespace NodeGuard.Core.Images;

/// <summary>A manifest is not what it should be; the message is one sentence for people.</summary>
public sealed class ManifestProblemException(string message) : Exception(message);

/// <summary>One object of a manifest, whose fields are read with bounds.</summary>
/// <param name="element">Whatever is there.</param>
/// <param name="place">As messages name it.</param>
internal sealed class ManifestObject(JsonElement element, string place)
{
    // PATH_MAX; nothing in a manifest is longer than a path but a command line, which the kernel bounds so too.
    private const int MaxText = 4096;
    private const int MaxItems = 200_000;

    private readonly JsonElement _element = element.ValueKind == JsonValueKind.Object
        ? element
        : throw new ManifestProblemException($"{place} is {Word(element)}, and an object was wanted");

    public void ShouldOnlyHave(HashSet<string> names)
    {
        foreach (JsonProperty property in _element.EnumerateObject())
        {
            if (!names.Contains(property.Name))
                throw new ManifestProblemException($"{place} has \"{ParseProblems.Shown(property.Name)}\", which schemaVersion {ImageManifest.CurrentSchema} does not know");
        }
    }

    public void Should(bool right, string field, string? value, string what)
    {
        if (!right)
            throw Wrong(field, value, what);
    }

    public ManifestProblemException Wrong(string field, string? value, string what) =>
        new($"{field} of {place} is \"{ParseProblems.Shown(value)}\", which is {what}");

    public int Number(string field) =>
        Find(field) is { ValueKind: JsonValueKind.Number } found && found.TryGetInt32(out int number)
            ? number
            : throw new ManifestProblemException($"{place} has no {field} that is a number: it is no manifest of an image");

    public string Text(string field, bool mayBeEmpty = false) =>
        OptionalText(field, mayBeEmpty) ?? throw new ManifestProblemException($"{place} has no {field}");

    public string? OptionalText(string field, bool mayBeEmpty = false)
    {
        if (Find(field) is not { } found)
            return null;
        if (found.ValueKind != JsonValueKind.String)
            throw new ManifestProblemException($"{field} of {place} is {Word(found)}, and a text was wanted");
        return Checked(field, found, mayBeEmpty);
    }

    /// <returns>Null where there is no such list.</returns>
    public List<string>? Texts(string field, Func<string, string?> problemOf)
    {
        if (List(field) is not { } list)
            return null;
        var texts = new List<string>();
        foreach (JsonElement item in list.EnumerateArray())
        {
            string text = item.ValueKind == JsonValueKind.String ? Checked(field, item, mayBeEmpty: false) : throw new ManifestProblemException($"{field} holds {Word(item)}, and texts were wanted");
            if (problemOf(text) is { } problem)
                throw new ManifestProblemException($"{field} holds \"{ParseProblems.Shown(text)}\", which is {problem}");
            texts.Add(text);
        }

        return texts;
    }

    /// <returns>Null where there is no such list.</returns>
    public List<T>? Items<T>(string field, Func<ManifestObject, T> read, Func<T, string> keyOf)
    {
        if (List(field) is not { } list)
            return null;
        var items = new List<T>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonElement item in list.EnumerateArray())
        {
            T value = read(new ManifestObject(item, string.Create(CultureInfo.InvariantCulture, $"{field}[{items.Count}]")));
            if (!keys.Add(keyOf(value)))
                throw new ManifestProblemException($"{field} holds \"{ParseProblems.Shown(keyOf(value))}\" twice");
            items.Add(value);
        }

        return items;
    }

    private JsonElement? List(string field)
    {
        if (Find(field) is not { } found)
            return null;
        if (found.ValueKind != JsonValueKind.Array)
            throw new ManifestProblemException($"{field} of {place} is {Word(found)}, and a list was wanted");
        return found.GetArrayLength() <= MaxItems
            ? found
            : throw new ManifestProblemException(string.Create(CultureInfo.InvariantCulture, $"{field} holds {found.GetArrayLength()} items, and no image has more than {MaxItems}"));
    }

    private string Checked(string field, JsonElement found, bool mayBeEmpty)
    {
        string text = found.GetString()!;
        if (text.Length == 0 && !mayBeEmpty)
            throw new ManifestProblemException($"{field} of {place} is empty");
        if (text.Length > MaxText)
            throw new ManifestProblemException(string.Create(CultureInfo.InvariantCulture, $"{field} of {place} is {text.Length} characters long, and {MaxText} are allowed"));
        return text.Any(char.IsControl) ? throw Wrong(field, text, "not printable") : text;
    }

    // What says null says nothing.
    private JsonElement? Find(string field) =>
        _element.TryGetProperty(field, out JsonElement found) && found.ValueKind != JsonValueKind.Null ? found : null;

    private static string Word(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
