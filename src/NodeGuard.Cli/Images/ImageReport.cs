using System.Text.Json.Serialization;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Images;

namespace NodeGuard.Cli.Images;

/// <summary>What came of a comparison, for people and programs.</summary>
public sealed record ImageReport(
    DriftState State, string Message, string ImageId, string ImageVersion, HostKind Host, IReadOnlyList<ImageDifference> Differences, IReadOnlyList<UnknownPart> Unknown)
{
    internal static readonly ExitStatus[] Exits =
    [
        new(ExitCodes.Ok, "the same in every part"),
        new(ExitCodes.Failed, "different"),
        new(ExitCodes.CouldNotTell, "could not tell: no manifest that can be used, or a part that could not be compared (or wrong usage)"),
    ];

    /// <returns>The exit status that means it.</returns>
    internal static int Write(CliContext context, OutputFormat format, ImageReport report)
    {
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, report, ImageJson.Default.ImageReport);
        else
            WriteTable(context.Console, report, wide: format is OutputFormat.Wide);
        return report.State switch
        {
            DriftState.None => ExitCodes.Ok,
            DriftState.Drifted => ExitCodes.Failed,
            _ => ExitCodes.CouldNotTell,
        };
    }

    private static void WriteTable(CliConsole console, ImageReport report, bool wide)
    {
        if (report.Differences.Count > 0)
        {
            TextColumn[] columns = [new("KIND"), new("NAME", Flexible: true), new("WANTED", Flexible: true), new("FOUND", Flexible: true)];
            bool withCause = wide || report.Differences.Any(static difference => difference.Cause is not null);
            var table = new TextTable(withCause ? [.. columns, new("CAUSE", Flexible: true)] : columns);
            foreach (ImageDifference difference in report.Differences)
            {
                TextCell[] cells = [Kind(difference.Kind), difference.Name, difference.Wanted, difference.Found];
                table.Add(withCause ? [.. cells, difference.Cause] : cells);
            }

            table.Write(console);
            console.WriteLine("");
        }

        foreach (UnknownPart part in report.Unknown)
            console.WriteError($"not compared: {DriftText.Of(part)}");
        console.WriteLine(PrintableText.Of(report.Message));
    }

    private static string Kind(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Image => "image",
        DifferenceKind.Kernel => "kernel",
        DifferenceKind.Package => "package",
        DifferenceKind.File => "file",
        DifferenceKind.Mask => "mask",
        DifferenceKind.Networkd => "networkd",
        DifferenceKind.CommandLine => "command line",
        _ => "sysctl",
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseEnumConverter<DriftState>), typeof(CamelCaseEnumConverter<DifferenceKind>), typeof(CamelCaseEnumConverter<HostKind>)])]
[JsonSerializable(typeof(ImageReport))]
public sealed partial class ImageJson : JsonSerializerContext;
