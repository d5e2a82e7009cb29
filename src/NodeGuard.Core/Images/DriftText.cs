using System.Globalization;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Updates;

namespace NodeGuard.Core.Images;

/// <summary>Drift in words, for people.</summary>
public static class DriftText
{
    private const int Told = 3;
    private const int MaxValue = 120;
    private const int MaxReason = 300;
    private const int MaxMessage = 1000;

    /// <summary>One line, without an end: "package curl:amd64 is 2, and the image has 1 (apt-get install curl, …)".</summary>
    public static string Of(ImageDifference difference)
    {
        string text = $"{Subject(difference)} {Change(difference)}";
        return difference.Cause is { } cause ? $"{text} ({Shown(cause)})" : text;
    }

    /// <summary>"packages: /var/lib/dpkg/status is not there".</summary>
    public static string Of(UnknownPart part) => $"{PartName(part.Kind)}: {ParseProblems.Shown(part.Reason, MaxReason)}";

    public static string PartName(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Image => "the stamp",
        DifferenceKind.Kernel => "the kernel",
        DifferenceKind.Package => "packages",
        DifferenceKind.File => "files",
        DifferenceKind.Mask => "masks",
        DifferenceKind.Networkd => "networkd's settings",
        DifferenceKind.CommandLine => "the kernel's command line",
        _ => "sysctls",
    };

    /// <summary>One sentence or a few: how it stands with a host.</summary>
    /// <param name="comparison">With its image.</param>
    /// <param name="image">As people call it.</param>
    /// <param name="kind">Of the host.</param>
    public static string Of(ImageComparison comparison, string image, HostKind kind)
    {
        var text = comparison.State switch
        {
            DriftState.None => $"This host is what image {Shown(image)} made it.",
            DriftState.Drifted => $"This host differs from image {Shown(image)} in {Count(comparison.Differences.Count)}: {First(comparison.Differences, Of)}.",
            _ => $"Whether this host is what image {Shown(image)} made it is not known.",
        };
        if (comparison.Unknown.Count > 0)
            text += $" Not compared: {First(comparison.Unknown, Of)}.";
        return Ended(text, kind);
    }

    /// <summary>One sentence or a few: how it stands with two images.</summary>
    public static string OfImages(ImageComparison comparison, string image, string other)
    {
        string text = comparison.State switch
        {
            DriftState.None => $"Image {Shown(other)} is what image {Shown(image)} is.",
            DriftState.Drifted => $"Image {Shown(other)} differs from image {Shown(image)} in {Count(comparison.Differences.Count)}.",
            _ => $"Whether image {Shown(other)} is what image {Shown(image)} is cannot be told.",
        };
        return comparison.Unknown.Count > 0 ? $"{text} Not compared: {First(comparison.Unknown, Of)}." : text;
    }

    /// <summary>Of a host without a manifest that can be read.</summary>
    public static string Unknown(string problem, HostKind kind) => Ended($"Whether this host is what its image made it is not known: {problem}.", kind);

    private static string Ended(string text, HostKind kind)
    {
        string whole = HostKinds.Told(kind) is { } told ? $"{text} {char.ToUpperInvariant(told[0])}{told[1..]}." : text;
        return whole.Length <= MaxMessage ? whole : string.Concat(whole.AsSpan(0, MaxMessage - 1), "…");
    }

    private static string First<T>(IReadOnlyList<T> items, Func<T, string> told)
    {
        string more = items.Count > Told ? string.Create(CultureInfo.InvariantCulture, $"; and {items.Count - Told} more") : "";
        return string.Join("; ", items.Take(Told).Select(told)) + more;
    }

    private static string Count(int differences) =>
        differences == 1 ? "one thing" : string.Create(CultureInfo.InvariantCulture, $"{differences} things");

    private static string Subject(ImageDifference difference) => difference.Kind switch
    {
        DifferenceKind.Image or DifferenceKind.Kernel => Shown(difference.Name),
        DifferenceKind.Package => $"package {Shown(difference.Name)}",
        DifferenceKind.File => $"file {Shown(difference.Name)}",
        DifferenceKind.Mask => $"unit {Shown(difference.Name)}",
        DifferenceKind.Networkd => $"networkd's {Shown(difference.Name)}",
        DifferenceKind.CommandLine => $"kernel command line word {Shown(difference.Name)}",
        _ => $"sysctl {Shown(difference.Name)}",
    };

    private static string Change(ImageDifference difference) => difference switch
    {
        { Kind: DifferenceKind.CommandLine, Found: null } or { Kind: DifferenceKind.File or DifferenceKind.Package, Found: null } => "is gone",
        { Kind: DifferenceKind.CommandLine, Wanted: null } => "was added",
        { Wanted: null } => $"was added: {Shown(difference.Found)}",
        { Found: null } => $"is not set, and the image has {Shown(difference.Wanted)}",
        _ => $"is {Shown(difference.Found)}, and the image has {Shown(difference.Wanted)}",
    };

    private static string Shown(string? text) => ParseProblems.Shown(text, MaxValue);
}
