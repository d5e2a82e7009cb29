using System.Text;

namespace NodeGuard.Lab.Tests.Apt;

/// <summary>One binary package that a test makes.</summary>
public sealed record DebPackage(string Name, string Version)
{
    public string Architecture { get; init; } = "all";

    /// <summary>More fields of the control file: "Depends", "Provides", "Essential", ….</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    /// <summary>Content by absolute path.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>"postinst" and its like, with their #! line.</summary>
    public IReadOnlyDictionary<string, string> Scripts { get; init; } = new Dictionary<string, string>();

    /// <summary>Phased-Update-Percentage of the list, which is no field of the package itself; null for none.</summary>
    public int? PhasedPercentage { get; init; }

    /// <summary>With the epoch, as apt names files.</summary>
    public string FileName => $"{Name}_{Version.Replace(":", "%3a", StringComparison.Ordinal)}_{Architecture}.deb";

    /// <summary>DEBIAN/control, or the beginning of an entry in a list or in dpkg's status.</summary>
    public string Control
    {
        get
        {
            var text = new StringBuilder();
            text.Append($"Package: {Name}\nVersion: {Version}\nArchitecture: {Architecture}\nMaintainer: NodeGuard's lab <lab@example.org>\n");
            foreach ((string name, string value) in Fields)
            {
                text.Append($"{name}: {value}\n");
            }

            return text.Append("Description: made by a test\n").ToString();
        }
    }
}
