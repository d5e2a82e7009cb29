namespace NodeGuard.Core.Routing.Prevention;

/// <summary>A setting of somebody else that is applied after our drop-in and undoes it.</summary>
public sealed record CompetingSetting(string Option, ConfigValue Value)
{
    /// <summary>The last setting of each known option that our drop-in loses against.</summary>
    public static IReadOnlyList<CompetingSetting> In(ConfigStack networkd, SystemdVersion version, Func<string, bool> ours)
    {
        var later = new ConfigStack([.. networkd.Files.Where(file => !ours(file.Path) && IsAppliedAfterOurs(file.Path))]);
        return
        [
            .. NetworkdBehaviour.GlobalOptions
                .Where(option => NetworkdBehaviour.Knows(version, option))
                .Select(option => new CompetingSetting(option, later.FindBoolean("Network", option)))
                .Where(found => found.Value.State != ConfigState.Unset && !IsOff(found.Value)),
        ];
    }

    internal static bool IsOff(ConfigValue value) =>
        value is { State: ConfigState.Set, Value: { } text } && ConfigStack.ParseBoolean(text) == false;

    // Drop-ins come after the main file whatever their directory, ordered by file name.
    private static bool IsAppliedAfterOurs(string path)
    {
        var slash = path.LastIndexOf('/');
        return path.AsSpan(0, Math.Max(slash, 0)).EndsWith(".conf.d", StringComparison.Ordinal)
            && string.CompareOrdinal(path[(slash + 1)..], PreventionFile.Name) >= 0;
    }
}
