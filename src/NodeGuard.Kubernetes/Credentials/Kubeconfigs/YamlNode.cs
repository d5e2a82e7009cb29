namespace NodeGuard.Kubernetes.Credentials.Kubeconfigs;

/// <summary>A piece of YAML with its line, from 1. An alias is the same instance as its anchor.</summary>
internal abstract record YamlNode(int Line)
{
    /// <param name="Plain">Without quotes: may mean a number, a flag or nothing.</param>
    public sealed record Text(int Line, string Value, bool Plain) : YamlNode(Line)
    {
        public bool IsNull => Plain && Value is "" or "~" or "null" or "Null" or "NULL";

        // A value may be a secret.
        public override string ToString() => $"text at line {Line}";
    }

    public sealed record List(int Line, IReadOnlyList<YamlNode> Items) : YamlNode(Line)
    {
        public override string ToString() => $"list at line {Line}";
    }

    public sealed record Map(int Line, IReadOnlyDictionary<string, YamlNode> Fields) : YamlNode(Line)
    {
        public override string ToString() => $"mapping at line {Line}";
    }

    public string Describe() => this switch
    {
        Text { IsNull: true } => "empty",
        Text => "text",
        List => "a list",
        _ => "a mapping",
    };
}
