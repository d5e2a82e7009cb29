using System.Text.RegularExpressions;

namespace NodeGuard.Sandbox.Api;

/// <summary>The forms of names, with the API server's words for what does not fit.</summary>
public static partial class Names
{
    /// <summary>Most names: a DNS-1123 subdomain of at most 253 characters.</summary>
    public static string? SubdomainError(string name) =>
        name.Length > 253 ? "must be no more than 253 bytes"
        : Subdomain().IsMatch(name) ? null
        : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
            + "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
            + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    /// <summary>Namespaces, services, container names: a DNS-1123 label of at most 63 characters.</summary>
    public static string? LabelError(string name) =>
        name.Length > 63 ? "must be no more than 63 bytes"
        : Label().IsMatch(name) ? null
        : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
            + "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
            + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    /// <summary>RBAC names: anything that is one segment of a path.</summary>
    public static string? PathSegmentError(string name) =>
        name is "." or ".." ? $"may not be '{name}'"
        : name.Contains('/', StringComparison.Ordinal) ? "may not contain '/'"
        : name.Contains('%', StringComparison.Ordinal) ? "may not contain '%'"
        : null;

    /// <summary>The key of a label, annotation or taint: an optional prefix and a name.</summary>
    public static string? QualifiedNameError(string key)
    {
        string[] parts = key.Split('/');
        if (parts.Length > 2)
            return "a valid label key must consist of a name with an optional DNS subdomain prefix and '/'";
        string name = parts[^1];
        if (parts.Length == 2 && (parts[0].Length == 0 ? "prefix part must be non-empty" : SubdomainError(parts[0])) is { } bad)
            return parts[0].Length == 0 ? bad : $"prefix part {bad}";
        return name.Length == 0 ? "name part must be non-empty"
            : name.Length > 63 ? "name part must be no more than 63 bytes"
            : Qualified().IsMatch(name) ? null
            : "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
                + "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
                + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    }

    public static string? LabelValueError(string value) =>
        value.Length > 63 ? "must be no more than 63 bytes"
        : value.Length == 0 || Qualified().IsMatch(value) ? null
        : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
            + "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
            + "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z")]
    private static partial Regex Qualified();
}
