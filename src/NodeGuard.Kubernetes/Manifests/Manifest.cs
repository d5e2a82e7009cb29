using NodeGuard.Kubernetes.Credentials.Kubeconfigs;

namespace NodeGuard.Kubernetes.Manifests;

/// <summary>One object of a YAML file, as it stands there: a server takes YAML for server-side apply.</summary>
public sealed record Manifest(string ApiVersion, string Kind, ObjectName Name, string Yaml)
{
    private const string Separator = "---";

    public override string ToString() => $"{Kind} {Name}";

    /// <summary>The documents of a file.</summary>
    /// <exception cref="FormatException">A document is not YAML, or no object with a name.</exception>
    public static IReadOnlyList<Manifest> Read(string file, string text) => [.. Documents(text).Select(document => One(file, document))];

    private static IEnumerable<string> Documents(string text)
    {
        var lines = new List<string>();
        foreach (var line in text.Split('\n').Append(Separator))
        {
            if (line != Separator)
            {
                lines.Add(line);
                continue;
            }

            if (lines.Exists(static l => l.Length > 0 && l[0] != '#'))
                yield return string.Join('\n', lines).Trim('\n') + "\n";
            lines.Clear();
        }
    }

    private static Manifest One(string file, string yaml)
    {
        var parsed = YamlTree.Parse(yaml);
        if (parsed.Value is not YamlNode.Map root)
            throw new FormatException($"{file}: {parsed.Problem ?? "a document is not a YAML mapping"}");
        var metadata = root.Fields.GetValueOrDefault("metadata") as YamlNode.Map;
        return new Manifest(
            Text(root, "apiVersion") ?? throw Missing(file, "apiVersion"),
            Text(root, "kind") ?? throw Missing(file, "kind"),
            new ObjectName(Text(metadata, "namespace") ?? "", Text(metadata, "name") ?? throw Missing(file, "metadata.name")),
            yaml);
    }

    private static string? Text(YamlNode.Map? map, string field) => (map?.Fields.GetValueOrDefault(field) as YamlNode.Text)?.Value;

    private static FormatException Missing(string file, string field) => new($"{file}: a document has no {field}");
}
