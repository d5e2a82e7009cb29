using System.CommandLine;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Images;
using NodeGuard.Linux.Images;

namespace NodeGuard.Cli.Images;

/// <summary>`nodeguard image diff A [B]`: two images, or an image and this host.</summary>
public static class ImageDiffCommand
{
    public static Command Create(CliContext context)
    {
        var first = new Argument<string>("A") { Description = "a manifest's file" };
        var second = new Argument<string?>("B") { Description = "another one (default: this host)", Arity = ArgumentArity.ZeroOrOne };
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "diff",
            "Tell in what one image differs from another, or this host from an image that need not be its own.",
            [
                new("nodeguard image diff old.json new.json", "what would a node get with the new image?"),
                new("sudo nodeguard image diff new.json -o yaml", "in what does this host differ from the new image?"),
            ],
            [.. ImageReport.Exits, new(ExitCodes.Interrupted, "interrupted")])
        { first, second, output };
        command.SetAction(parsed => Run(context, parsed.GetValue(first)!, parsed.GetValue(second), parsed.Format(output)));
        return command;
    }

    private static int Run(CliContext context, string first, string? second, OutputFormat format)
    {
        if (ImageCommand.Read(context, first) is not { Manifest: var wanted })
            return ExitCodes.CouldNotTell;
        HostImage found;
        if (second is null)
            found = ImageCommand.Look("/", ImageScope.Of(wanted), context.Console.Time);
        else if (ImageCommand.Read(context, second) is { Manifest: var other })
            found = other.AsHost();
        else
            return ExitCodes.CouldNotTell;
        ImageComparison comparison = DriftFinder.Compare(wanted, found);
        return ImageReport.Write(context, format, new ImageReport(
            comparison.State, second is null ? DriftText.Of(comparison, wanted.Title, found.Kind) : DriftText.OfImages(comparison, wanted.Title, $"{found.ImageId} {found.ImageVersion}"),
            wanted.ImageId, wanted.ImageVersion, found.Kind, comparison.Differences, comparison.Unknown));
    }
}
