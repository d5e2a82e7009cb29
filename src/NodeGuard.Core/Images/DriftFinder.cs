namespace NodeGuard.Core.Images;

/// <summary>Compares a host with the manifest of its image. What is not known is said to be so, never to be as it was.</summary>
public static class DriftFinder
{
    private const string Masked = "masked", NotMasked = "not masked";

    // The agent as it is installed on a host whose image has none.
    private static readonly HashSet<string> OwnUnit = new(StringComparer.Ordinal)
    {
        "/etc/systemd/system/nodeguard-agent.service", "/etc/systemd/system/multi-user.target.wants/nodeguard-agent.service",
    };

    public static ImageComparison Compare(ImageManifest image, HostImage host)
    {
        var unknown = new List<UnknownPart>();
        ImageDifference[] all =
        [
            .. One(DifferenceKind.Image, "IMAGE_ID", image.ImageId, host.ImageId),
            .. One(DifferenceKind.Image, "IMAGE_VERSION", image.ImageVersion, host.ImageVersion),
            .. Compared(DifferenceKind.Kernel, image.Kernel, host.Kernel, unknown, static (wanted, found) => One(DifferenceKind.Kernel, "kernel", wanted, found)),
            .. Compared(DifferenceKind.Package, image.Packages, host.Packages, unknown, Packages),
            .. Compared(DifferenceKind.File, image.Files, host.Files, unknown, (wanted, found) => Files(wanted, found, host.Unreadable)),
            .. Compared(DifferenceKind.Mask, image.Masks, host.Masks, unknown, Masks),
            .. Compared(DifferenceKind.Networkd, image.Networkd, host.Networkd, unknown, static (wanted, found) => Settings(DifferenceKind.Networkd, wanted, found)),
            .. Compared(DifferenceKind.CommandLine, image.CommandLine, host.CommandLine, unknown, CommandLine),
            .. Compared(DifferenceKind.Sysctl, image.Sysctls, host.Sysctls, unknown, static (wanted, found) => Settings(DifferenceKind.Sysctl, wanted, found)),
        ];
        return new ImageComparison(
            [.. all.OrderBy(static d => d.Kind).ThenBy(static d => d.Name, StringComparer.Ordinal).ThenBy(static d => d.Wanted, StringComparer.Ordinal)], unknown);
    }

    private static IEnumerable<ImageDifference> Compared<T>(
        DifferenceKind kind, T? wanted, Part<T> found, List<UnknownPart> unknown, Func<T, T, IEnumerable<ImageDifference>> compare)
        where T : class
    {
        if (wanted is null)
            unknown.Add(new UnknownPart(kind, "the manifest does not tell"));
        else if (found.Problem is { } problem)
            unknown.Add(new UnknownPart(kind, problem));
        return wanted is null || found.Value is null ? [] : compare(wanted, found.Value);
    }

    private static IEnumerable<ImageDifference> One(DifferenceKind kind, string name, string? wanted, string? found) =>
        wanted == found ? [] : [new ImageDifference(kind, name, wanted, found)];

    private static IEnumerable<ImageDifference> Packages(IReadOnlyList<ImagePackage> wanted, IReadOnlyList<ImagePackage> found) => ByName(
        DifferenceKind.Package, wanted, found, static package => package.FullName,
        static package => package.HalfDone is null ? package.Version : $"{package.Version} ({package.HalfDone})");

    private static IEnumerable<ImageDifference> Files(IReadOnlyList<GuardedFile> wanted, IReadOnlyList<GuardedFile> found, IReadOnlyList<string> unreadable)
    {
        Dictionary<string, GuardedFile> before = Keyed(wanted, static file => file.Path), now = Keyed(found, static file => file.Path);
        return ByName(DifferenceKind.File, wanted, found, static file => file.Path, static file => file.Described)
            .Where(difference => now.TryGetValue(difference.Name, out GuardedFile? there)
                // What NodeGuard puts there is no change by anybody else.
                ? !there.IsOurs && (before.ContainsKey(difference.Name) || !OwnUnit.Contains(difference.Name))
                : !unreadable.Any(top => HostPath.IsBelowOrSame(difference.Name, top)));
    }

    private static IEnumerable<ImageDifference> Masks(IReadOnlyList<string> wanted, IReadOnlyList<string> found)
    {
        HashSet<string> before = [.. wanted], now = [.. found];
        return before.Except(now, StringComparer.Ordinal).Select(static unit => new ImageDifference(DifferenceKind.Mask, unit, Masked, NotMasked))
            .Concat(now.Except(before, StringComparer.Ordinal).Select(static unit => new ImageDifference(DifferenceKind.Mask, unit, NotMasked, Masked)));
    }

    private static IEnumerable<ImageDifference> Settings(DifferenceKind kind, IReadOnlyList<ImageSetting> wanted, IReadOnlyList<ImageSetting> found) =>
        ByName(kind, wanted, found, static setting => setting.Name, static setting => setting.Value);

    private static IEnumerable<ImageDifference> CommandLine(string wanted, string found)
    {
        string[] before = KernelCommandLine.Words(wanted), now = KernelCommandLine.Words(found);
        Dictionary<string, int> counts = before.CountBy(static word => word).ToDictionary(StringComparer.Ordinal);
        foreach (string word in now)
            counts[word] = counts.GetValueOrDefault(word) - 1;
        ImageDifference[] words =
        [
            .. counts.Where(static pair => pair.Value > 0).Select(static pair => new ImageDifference(DifferenceKind.CommandLine, pair.Key, pair.Key, null)),
            .. counts.Where(static pair => pair.Value < 0).Select(static pair => new ImageDifference(DifferenceKind.CommandLine, pair.Key, null, pair.Key)),
        ];
        // Of two settings of one name the last counts, so their order is a setting too.
        return words.Length == 0 && !before.SequenceEqual(now, StringComparer.Ordinal)
            ? [new ImageDifference(DifferenceKind.CommandLine, "order", string.Join(' ', before), string.Join(' ', now))]
            : words;
    }

    private static IEnumerable<ImageDifference> ByName<T>(
        DifferenceKind kind, IReadOnlyList<T> wanted, IReadOnlyList<T> found, Func<T, string> nameOf, Func<T, string> valueOf)
        where T : class
    {
        Dictionary<string, T> before = Keyed(wanted, nameOf), now = Keyed(found, nameOf);
        foreach ((string name, T item) in before)
        {
            string? value = now.TryGetValue(name, out T? same) ? valueOf(same) : null;
            if (valueOf(item) != value)
                yield return new ImageDifference(kind, name, valueOf(item), value);
        }

        foreach ((string name, T item) in now)
        {
            if (!before.ContainsKey(name))
                yield return new ImageDifference(kind, name, null, valueOf(item));
        }
    }

    private static Dictionary<string, T> Keyed<T>(IReadOnlyList<T> items, Func<T, string> nameOf)
    {
        var keyed = new Dictionary<string, T>(items.Count, StringComparer.Ordinal);
        foreach (T item in items)
            keyed[nameOf(item)] = item;
        return keyed;
    }
}
