using System.CommandLine;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Images;
using NodeGuard.Linux.Images;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Cli.Images;

/// <summary>`nodeguard image verify [MANIFEST]`: is this host what its image made it?</summary>
public static class ImageVerifyCommand
{
    public static Command Create(CliContext context)
    {
        var path = new Argument<string?>("MANIFEST") { Description = $"the manifest's file (default {ImageManifest.DefaultPath})", Arity = ArgumentArity.ZeroOrOne };
        var root = ImageCommand.RootOption();
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "verify",
            "Tell whether a manifest is whole, and in what this host differs from it.",
            [
                new("sudo nodeguard image verify", "each difference, and who made it where apt noted it down"),
                new("sudo nodeguard image verify -o json | jq -r '.differences[] | .kind + \" \" + .name'", "for scripts"),
                new("nodeguard image verify --root /mnt/node", "a disk of a node that is not running"),
            ],
            [.. ImageReport.Exits, new(ExitCodes.Interrupted, "interrupted")])
        { path, root, output };
        command.SetAction(parsed => Run(context, parsed.GetValue(path), parsed.GetValue(root)!, parsed.Format(output)));
        return command;
    }

    private static int Run(CliContext context, string? path, string root, OutputFormat format)
    {
        var host = new HostRoot(root);
        if (ImageCommand.Read(context, path ?? host.Map(ImageManifest.DefaultPath)) is not { Manifest: var manifest })
            return ExitCodes.CouldNotTell;
        HostImage found = ImageCommand.Look(root, ImageScope.Of(manifest), context.Console.Time);
        ImageComparison comparison = DriftFinder.Compare(manifest, found);
        comparison = comparison with { Differences = DriftCauses.Tell(comparison.Differences, [], new AptHistoryFile(host).Read()) };
        return ImageReport.Write(context, format, new ImageReport(
            comparison.State, DriftText.Of(comparison, manifest.Title, found.Kind), manifest.ImageId, manifest.ImageVersion, found.Kind, comparison.Differences, comparison.Unknown));
    }
}
