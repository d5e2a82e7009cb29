using System.Text;
using NodeGuard.Kubernetes.Credentials.Material;

namespace NodeGuard.Kubernetes.Credentials.Kubeconfigs;

/// <summary>One kubeconfig file to its entries. Keys that it does not know are passed over, as other clients do.</summary>
internal sealed class KubeconfigReader(string file)
{
    private const string ExecExtension = "client.authentication.k8s.io/exec";

    private readonly List<string> _problems = [];
    private readonly string _directory = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";

    public static Outcome<Kubeconfig> ReadFile(string path)
    {
        var (bytes, problem) = BoundedFile.Read(path);
        return problem is null ? Read(Encoding.UTF8.GetString(bytes!), path) : Outcome<Kubeconfig>.Failed($"kubeconfig {problem}");
    }

    /// <param name="path">For messages, and for the paths in it, which are relative to it.</param>
    public static Outcome<Kubeconfig> Read(string text, string path)
    {
        var (tree, problem) = YamlTree.Parse(text.TrimStart('\uFEFF'));
        return problem is null ? new KubeconfigReader(path).Read(tree!) : Outcome<Kubeconfig>.Failed($"{path}: {problem}");
    }

    private Outcome<Kubeconfig> Read(YamlNode tree)
    {
        var root = Fields.Root(file, tree, _problems);
        if (root.Text("kind") is { } kind && kind != "Config")
            root.Report("kind", "is not Config; this is another kind of file");
        var config = new Kubeconfig { CurrentContext = root.Text("current-context") };
        foreach (var (name, fields) in Named(root, "clusters", "cluster"))
            config.Clusters[name] = Cluster(name, fields);
        foreach (var (name, fields) in Named(root, "users", "user"))
            config.Users[name] = User(name, fields);
        foreach (var (name, fields) in Named(root, "contexts", "context"))
            config.Contexts[name] = new ContextEntry(file, name, fields.Text("cluster"), fields.Text("user"), fields.Text("namespace"));
        return _problems.Count == 0 ? config : Outcome<Kubeconfig>.Failed(_problems[0]);
    }

    private IEnumerable<(string Name, Fields Fields)> Named(Fields root, string list, string key)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in root.Maps(list))
        {
            var name = item.Text("name") ?? string.Empty;
            if (!seen.Add(name))
                item.Report("name", $"the name '{name}' stands twice in {list}; keep one");
            yield return (name, item.Map(key) ?? Fields.Root(file, new YamlNode.Map(1, new Dictionary<string, YamlNode>()), _problems));
        }
    }

    private ClusterEntry Cluster(string name, Fields fields) => new(
        file,
        name,
        fields.Text("server"),
        fields.Text("tls-server-name"),
        fields.Flag("insecure-skip-tls-verify"),
        Absolute(fields.Text("certificate-authority")),
        fields.Data("certificate-authority-data"),
        fields.Secret("proxy-url"),
        fields.Flag("disable-compression"),
        fields.Maps("extensions").FirstOrDefault(e => e.Text("name") == ExecExtension)?.Node("extension"));

    private UserEntry User(string name, Fields fields) => new(file, name)
    {
        CertificatePath = Absolute(fields.Text("client-certificate")),
        CertificateData = fields.Data("client-certificate-data"),
        KeyPath = Absolute(fields.Text("client-key")),
        KeyData = fields.Data("client-key-data"),
        Token = fields.Secret("token"),
        TokenFile = Absolute(fields.Text("tokenFile")),
        HasPassword = fields.Has("username") || fields.Has("password"),
        AuthProvider = fields.Map("auth-provider") is { } provider ? provider.Text("name") ?? "without a name" : null,
        Exec = fields.Map("exec") is { } exec ? Exec(name, exec) : null,
        Impersonation = new Impersonation(
            fields.Text("as"), fields.Text("as-uid"), fields.Texts("as-groups"), [.. fields.Map("as-user-extra")?.TextLists() ?? []]),
    };

    private ExecEntry Exec(string user, Fields fields)
    {
        var version = fields.Text("apiVersion") ?? string.Empty;
        var command = fields.Text("command") ?? string.Empty;
        if (version is not (ExecVersions.V1 or ExecVersions.V1Beta1))
            fields.Report("apiVersion", $"is {ExecVersions.Shown(version)}; wanted {ExecVersions.V1} or {ExecVersions.V1Beta1}; the plugin's newer releases write one of these");
        if (command.Length == 0)
            fields.Report("command", "is missing; wanted the plugin's program");
        return new ExecEntry(
            $"{file}: users[{user}].user.exec",
            version,
            command.Contains('/', StringComparison.Ordinal) ? Absolute(command)! : command,
            fields.Texts("args"),
            [.. fields.Maps("env").Select(Variable)],
            fields.Text("installHint"),
            fields.Flag("provideClusterInfo"),
            Interaction(version, fields));
    }

    private static KeyValuePair<string, Secret> Variable(Fields fields)
    {
        var name = fields.Text("name") ?? string.Empty;
        if (name.Length == 0 || name.AsSpan().IndexOfAny('=', '\0') >= 0)
            fields.Report("name", "is no name of an environment variable");
        return KeyValuePair.Create(name, fields.Secret("value") ?? new Secret(string.Empty));
    }

    private static ExecInteraction Interaction(string version, Fields fields)
    {
        switch (fields.Text("interactiveMode"))
        {
            case "Never":
                return ExecInteraction.Never;
            case "Always":
                return ExecInteraction.Always;
            case "IfAvailable":
                return ExecInteraction.IfAvailable;
            // Only the older version has a default.
            case null when version == ExecVersions.V1Beta1:
                return ExecInteraction.IfAvailable;
            default:
                fields.Report("interactiveMode", "wanted Never, IfAvailable or Always");
                return ExecInteraction.Never;
        }
    }

    // A path that cannot be one is refused where it is read.
    private string? Absolute(string? path) =>
        path is null || path.Contains('\0', StringComparison.Ordinal) ? path : Path.GetFullPath(Path.Combine(_directory, path));
}
