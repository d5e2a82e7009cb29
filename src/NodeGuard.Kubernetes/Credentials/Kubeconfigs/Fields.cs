using System.Text;

namespace NodeGuard.Kubernetes.Credentials.Kubeconfigs;

/// <summary>One mapping of a kubeconfig; problems name file, line and key, and never a value.</summary>
internal sealed class Fields(string file, string path, YamlNode.Map map, List<string> problems)
{
    public static Fields Root(string file, YamlNode node, List<string> problems) =>
        new(file, string.Empty, Expect<YamlNode.Map>(file, string.Empty, node, "a mapping", problems) ?? Empty, problems);

    private static YamlNode.Map Empty { get; } = new(1, new Dictionary<string, YamlNode>());

    public string Path => path;

    public string? Text(string key)
    {
        var text = Take<YamlNode.Text>(key, "text")?.Value;
        return string.IsNullOrEmpty(text) ? null : text;
    }

    public Secret? Secret(string key) => Text(key) is { } text ? new Secret(text) : null;

    public bool Flag(string key)
    {
        if (Text(key) is not { } text)
            return false;
        if (text.ToLowerInvariant() is "true" or "yes" or "on" or "y")
            return true;
        if (text.ToLowerInvariant() is not ("false" or "no" or "off" or "n"))
            Report(map.Fields[key], Join(path, key), "wanted true or false");
        return false;
    }

    /// <summary>Base64.</summary>
    public byte[]? Data(string key)
    {
        if (Text(key) is not { } text)
            return null;
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            Report(map.Fields[key], Join(path, key), "is not base64");
            return null;
        }
    }

    public bool Has(string key) => map.Fields.TryGetValue(key, out var node) && node is not YamlNode.Text { Value: "" or "~" or "null" };

    public YamlNode? Node(string key) => Has(key) ? map.Fields[key] : null;

    public Fields? Map(string key) =>
        Take<YamlNode.Map>(key, "a mapping") is { } inner ? new Fields(file, Join(path, key), inner, problems) : null;

    public IReadOnlyList<string> Texts(string key)
    {
        var texts = new List<string>();
        foreach (var (item, place) in Items(key))
        {
            if (Expect<YamlNode.Text>(file, place, item, "text", problems) is { } text)
                texts.Add(text.Value);
        }

        return texts;
    }

    public IEnumerable<Fields> Maps(string key)
    {
        foreach (var (item, place) in Items(key))
        {
            if (Expect<YamlNode.Map>(file, place, item, "a mapping", problems) is { } inner)
                yield return new Fields(file, place, inner, problems);
        }
    }

    /// <summary>Every key of this mapping whose value is a list of texts.</summary>
    public IEnumerable<KeyValuePair<string, string>> TextLists() =>
        from key in map.Fields.Keys from text in Texts(key) select KeyValuePair.Create(key, text);

    public void Report(string key, string what) =>
        Report(map.Fields.GetValueOrDefault(key) ?? map, key.Length == 0 ? path : Join(path, key), what);

    private IEnumerable<(YamlNode Item, string Place)> Items(string key) =>
        Take<YamlNode.List>(key, "a list")?.Items.Select((item, i) => (item, $"{Join(path, key)}[{i}]")) ?? [];

    private T? Take<T>(string key, string wanted)
        where T : YamlNode =>
        Has(key) ? Expect<T>(file, Join(path, key), map.Fields[key], wanted, problems) : null;

    private static T? Expect<T>(string file, string path, YamlNode node, string wanted, List<string> problems)
        where T : YamlNode
    {
        if (node is T fits)
            return fits;
        if (node is not YamlNode.Text { IsNull: true })
            problems.Add($"{file}:{node.Line}: {(path.Length == 0 ? "the file" : path)} is {node.Describe()}; wanted {wanted}");
        return null;
    }

    private void Report(YamlNode node, string place, string what) => problems.Add($"{file}:{node.Line}: {place}: {what}");

    private static string Join(string path, string key) =>
        new StringBuilder(path).Append(path.Length == 0 ? string.Empty : ".").Append(key).ToString();
}
