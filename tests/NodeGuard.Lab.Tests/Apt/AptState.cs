using System.Text;

namespace NodeGuard.Lab.Tests.Apt;

/// <summary>A host's packages and archives as a test prepares them.</summary>
/// <param name="Name">What is peculiar about it.</param>
internal sealed record AptState(string Name)
{
    /// <summary>Installed packages; all "install ok installed" but those of <see cref="Status"/>.</summary>
    public IReadOnlyList<DebPackage> Installed { get; init; } = [];

    /// <summary>dpkg's Status by name.</summary>
    public IReadOnlyDictionary<string, string> Status { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<DebPackage> Debian { get; init; } = [];

    public IReadOnlyList<DebPackage> Security { get; init; } = [];

    public IReadOnlyList<DebPackage> ThirdParty { get; init; } = [];

    public IReadOnlyList<DebPackage> Backports { get; init; } = [];

    public string Preferences { get; init; } = "";

    public string Config { get; init; } = "";

    public bool ForeignArchitecture { get; init; }

    public bool NoLists { get; init; }

    /// <summary>apt itself refuses to answer.</summary>
    public bool AptFails { get; init; }

    public bool Interrupted { get; init; }

    /// <summary>More entries of /var/lib/dpkg/status.</summary>
    public string StatusEntries
    {
        get
        {
            var text = new StringBuilder();
            foreach (DebPackage package in Installed)
            {
                string[] lines = package.Control.Split('\n');
                text.Append($"\n{lines[0]}\nStatus: {Status.GetValueOrDefault(package.Name, "install ok installed")}\n{string.Join('\n', lines[1..])}");
            }

            return text.ToString();
        }
    }

    public override string ToString() => Name;
}
