using System.Text.RegularExpressions;

namespace NodeGuard.Sandbox.Crds;

/// <summary>Names that must be DNS-1035 labels: versions, plurals, kinds.</summary>
internal static partial class CrdLabels
{
    /// <summary>Null when the name is one.</summary>
    public static string? Error(string name) =>
        name.Length > 63 ? "must be no more than 63 bytes"
        : Form().IsMatch(name) ? null
        : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
            + "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
            + "'[a-z]([-a-z0-9]*[a-z0-9])?')";

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Form();
}
