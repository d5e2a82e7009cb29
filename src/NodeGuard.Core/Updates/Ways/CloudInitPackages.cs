namespace NodeGuard.Core.Updates.Ways;

/// <summary>One file of cloud-init's configuration.</summary>
/// <param name="Path">On the host.</param>
/// <param name="Says">What it says of packages, by key; a list of packages is true where it names any.</param>
/// <param name="Problem">Why what it says is not known; null when it is.</param>
public sealed record CloudConfigFile(string Path, IReadOnlyDictionary<string, bool> Says, string? Problem);

/// <param name="Installed">This host has cloud-init.</param>
/// <param name="Files">In the order in which cloud-init takes them: what a later one says counts.</param>
/// <param name="Done">It has done so for this instance, and does so once.</param>
public sealed record CloudInitInput(bool Installed, IReadOnlyList<CloudConfigFile> Files, bool Done);

/// <summary>Whether cloud-init installs packages past the hold. It is told and not changed: it runs before any agent, by the image's word or the cloud's.</summary>
public static class CloudInitPackages
{
    /// <summary>cloud-init's names, and those that it had before.</summary>
    public static readonly IReadOnlyDictionary<string, string> Keys = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["package_update"] = "package_update",
        ["apt_update"] = "package_update",
        ["package_upgrade"] = "package_upgrade",
        ["apt_upgrade"] = "package_upgrade",
        ["package_reboot_if_required"] = "package_reboot_if_required",
        ["apt_reboot_if_required"] = "package_reboot_if_required",
        ["packages"] = "packages",
    };

    public static WayVerdict Judge(CloudInitInput input)
    {
        if (!input.Installed)
            return Verdict(HoldState.Absent, "cloud-init is not on this host");
        string[] unknown = [.. input.Files.Select(static file => file.Problem).OfType<string>()];
        string[] says = [.. Effective(input.Files).Select(static each => $"{each.Path} says {each.Key}")];
        if (unknown.Length > 0)
            return Verdict(HoldState.Unknown, $"what cloud-init installs could not be told: {unknown[0]}{(says.Length > 0 ? $"; and {string.Join(", ", says)}" : "")}");
        if (says.Length == 0)
            return Verdict(HoldState.Absent, "cloud-init is not told to install packages");
        string done = input.Done ? "; it has done so for this instance" : "";
        return Verdict(HoldState.Free, $"cloud-init changes packages at the first boot of an instance, held or not: {string.Join(", ", says)}{done}");
    }

    /// <summary>What counts in the end, and the file that says it.</summary>
    private static IEnumerable<(string Key, string Path)> Effective(IReadOnlyList<CloudConfigFile> files)
    {
        SortedDictionary<string, (bool Value, string Path)> last = new(StringComparer.Ordinal);
        foreach (CloudConfigFile file in files)
        {
            foreach ((string key, bool value) in file.Says)
                last[key] = (value, file.Path);
        }

        return last.Where(static each => each.Value.Value).Select(static each => (each.Key, each.Value.Path));
    }

    private static WayVerdict Verdict(HoldState state, string reason) => new(UpdateWay.CloudInit, state, reason);
}
