using System.CommandLine;
using NodeGuard.Cli.Help;
using NodeGuard.Core.Images;
using NodeGuard.Linux.Images;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Cli.Images;

/// <summary>`nodeguard image …`: what an image is, and whether a host is still that.</summary>
public static class ImageCommand
{
    public static Command Create(CliContext context)
    {
        var command = new GuidedCommand(
            "image",
            "Write down what an image is, and tell in what a host or another image differs from it.",
            [
                new("sudo nodeguard image manifest --image-id node --image-version 20261122.1 --file /usr/lib/nodeguard/image-manifest.json", "as the last step of an image's build"),
                new("sudo nodeguard image verify", "is this host what its image made it?"),
            ],
            [CommonExits.Usage]);
        command.Subcommands.Add(ImageManifestCommand.Create(context));
        command.Subcommands.Add(ImageVerifyCommand.Create(context));
        command.Subcommands.Add(ImageDiffCommand.Create(context));
        return command;
    }

    internal static Option<string> RootOption() => new("--root")
    {
        Description = "look at the file system below this directory, which no kernel runs",
        HelpName = "directory",
        DefaultValueFactory = static _ => "/",
    };

    internal static HostImage Look(string root, ImageScope scope, TimeProvider time) =>
        new HostImageReader(new HostRoot(root), IsThisHost(root) ? "/proc" : null, time).Read(scope);

    internal static bool IsThisHost(string root) => Path.GetFullPath(root) == "/";

    /// <summary>Null after it was said on stderr why it cannot be used.</summary>
    internal static ManifestReading.Read? Read(CliContext context, string path)
    {
        ManifestReading reading = ManifestFile.Read(path, path);
        if (reading is ManifestReading.Refused refused)
            context.Console.WriteError(refused.Problem);
        return reading as ManifestReading.Read;
    }
}
