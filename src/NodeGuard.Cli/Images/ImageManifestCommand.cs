using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using NodeGuard.Agent;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Images;
using NodeGuard.Linux.Files;
using NodeGuard.Linux.Images;

namespace NodeGuard.Cli.Images;

/// <summary>`nodeguard image manifest`: the host that an image is built on, written down.</summary>
public static class ImageManifestCommand
{
    // The agent's unit has its own, and what is there changes all the time.
    private static readonly string[] NotSeen = ["/home", "/root", "/run/user", "/tmp", "/var/tmp", "/dev", "/proc", "/sys"];

    public static Command Create(CliContext context)
    {
        var options = new Options();
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "manifest",
            "Write down what this host is: packages, guarded files, masks, networkd's settings, kernel command line, sysctls. The last step of an image's build.",
            [
                new("sudo nodeguard image manifest --image-id node --image-version 20261122.1 --file /usr/lib/nodeguard/image-manifest.json --spdx /usr/share/os-manifests/package-manifest.spdx.json", "where the agent looks for it"),
                new("nodeguard image manifest --root ./tree --image-id node --image-version 1 --leave-out /etc/netplan/50-cloud-init.yaml", "of a tree that no kernel runs, to stdout"),
            ],
            [
                new(ExitCodes.Ok, "the manifest tells every part"),
                new(ExitCodes.Failed, "a part is not told, a package is half installed, or a file could not be written"),
                CommonExits.Usage,
                new(ExitCodes.Interrupted, "interrupted"),
            ])
        {
            options.File, options.Spdx, options.Root, options.ImageId, options.ImageVersion, options.SourceDigest, options.Commit,
            options.Guard, options.LeaveOut, options.DryRun, output,
        };
        command.Validators.Add(result =>
        {
            foreach (string path in (result.GetValue(options.Guard) ?? []).Concat(result.GetValue(options.LeaveOut) ?? []))
            {
                if (HostPath.ProblemOf(path) is { } problem)
                    result.AddError($"\"{path}\" is {problem}; wanted is one like /etc/containerd");
                if (NotSeen.FirstOrDefault(top => HostPath.IsBelowOrSame(path, top)) is { } hidden)
                    result.AddError($"{path} cannot be guarded: the agent does not see what is below {hidden}");
            }
        });
        command.SetAction(parsed => new Run(context, parsed, options, parsed.Format(output)).Execute());
        return command;
    }

    private sealed class Options
    {
        public Option<string> File { get; } = new("--file") { Description = "write the manifest to this file, whole or not at all; without it, to stdout", HelpName = "file" };

        public Option<string> Spdx { get; } = new("--spdx") { Description = "write the packages as an SPDX 2.3 document to this file too", HelpName = "file" };

        public Option<string> Root { get; } = ImageCommand.RootOption();

        public Option<string> ImageId { get; } = new("--image-id") { Description = "IMAGE_ID (default: that of /etc/os-release)", HelpName = "id" };

        public Option<string> ImageVersion { get; } = new("--image-version") { Description = "IMAGE_VERSION (default: that of /etc/os-release)", HelpName = "version" };

        public Option<string> SourceDigest { get; } = new("--source-digest") { Description = "of the image that this one is built from", HelpName = "digest" };

        public Option<string> Commit { get; } = new("--commit") { Description = "of the sources of the build", HelpName = "commit" };

        public Option<string[]> Guard { get; } = new("--guard") { Description = "guard this path and all below it, besides those that are always guarded", HelpName = "path" };

        public Option<string[]> LeaveOut { get; } = new("--leave-out") { Description = "do not guard this path and what is below it: what each machine writes for itself", HelpName = "path" };

        public Option<bool> DryRun { get; } = new("--dry-run") { Description = "only say what would be written" };
    }

    /// <summary>One call of the command.</summary>
    private sealed class Run(CliContext context, ParseResult parsed, Options options, OutputFormat format)
    {
        public int Execute()
        {
            string[] guarded = [.. ManifestMaker.DefaultGuarded, .. parsed.GetValue(options.Guard) ?? []];
            string[] leftOut = parsed.GetValue(options.LeaveOut) ?? [];
            HostImage host = ImageCommand.Look(parsed.GetValue(options.Root)!, new ImageScope(guarded, leftOut, null), context.Console.Time);
            if (Identity(host, guarded, leftOut) is not { } identity)
                return ExitCodes.Usage;
            (ImageManifest manifest, IReadOnlyList<string> missing) = ManifestMaker.Make(host, identity);
            byte[] content = ManifestWriter.Write(manifest);
            // What this program would not read back it must not write.
            if (Problem(manifest, content) is { } problem)
            {
                context.Console.WriteError(problem);
                return ExitCodes.Failed;
            }

            foreach (string part in missing)
                context.Console.WriteError($"the manifest does not tell of {part}");
            bool written = Write(manifest, content);
            return written && missing.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        }

        private ImageIdentity? Identity(HostImage host, string[] guarded, string[] leftOut)
        {
            string? id = parsed.GetValue(options.ImageId) ?? host.ImageId, version = parsed.GetValue(options.ImageVersion) ?? host.ImageVersion;
            if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(version))
            {
                context.Console.WriteError("an image has an id and a version: give --image-id and --image-version, or set IMAGE_ID and IMAGE_VERSION in /etc/os-release");
                return null;
            }

            if (id != host.ImageId || version != host.ImageVersion)
                context.Console.WriteNote($"/etc/os-release says IMAGE_ID={host.ImageId} IMAGE_VERSION={host.ImageVersion}, which is not {id} {version}: a host of this image counts as drifted until it says so.");
            return new ImageIdentity(id, version)
            {
                SourceDigest = parsed.GetValue(options.SourceDigest),
                GitCommit = parsed.GetValue(options.Commit),
                Guarded = guarded,
                LeftOut = leftOut,
            };
        }

        private static string? Problem(ImageManifest manifest, byte[] content)
        {
            if (manifest.Packages?.FirstOrDefault(static package => package.HalfDone is not null) is { } half)
                return $"package {half.FullName} is {half.HalfDone}: bring dpkg to an end first, dpkg --configure -a";
            return ManifestReader.Read(content) is ManifestReading.Refused refused ? $"this host cannot be written down: of the manifest, {refused.Problem}" : null;
        }

        private bool Write(ImageManifest manifest, byte[] content)
        {
            string digest = ManifestWriter.DigestOf(manifest);
            bool dryRun = parsed.GetValue(options.DryRun), all = true;
            if (parsed.GetValue(options.File) is { } file)
                all &= WriteFile(file, content, dryRun);
            if (parsed.GetValue(options.Spdx) is { } spdx)
                all &= WriteFile(spdx, SpdxDocument.Write(manifest, digest, Created(), $"nodeguard-{AgentHost.Version}"), dryRun);
            if (format.IsForPrograms() || parsed.GetValue(options.File) is null)
                WriteManifest(content);
            else
                WriteSummary(manifest, digest);
            return all;
        }

        private void WriteManifest(byte[] content)
        {
            if (format is OutputFormat.Yaml)
            {
                using var document = JsonDocument.Parse(content);
                YamlText.Write(context.Console.Out, document.RootElement);
            }
            else
            {
                context.Console.Out.Write(Encoding.UTF8.GetString(content));
            }
        }

        private void WriteSummary(ImageManifest manifest, string digest)
        {
            var fields = new FieldList();
            fields.Add("Image", manifest.Title);
            fields.Add("Kernel", manifest.Kernel ?? "not told");
            fields.Add("Packages", Count(manifest.Packages));
            fields.Add("Files", Count(manifest.Files));
            fields.Add("Masks", Count(manifest.Masks));
            fields.Add("networkd", Count(manifest.Networkd));
            fields.Add("Sysctls", Count(manifest.Sysctls));
            fields.Add("Digest", digest);
            fields.Write(context.Console);
        }

        private static string Count<T>(IReadOnlyList<T>? items) => items is null ? "not told" : items.Count.ToString(CultureInfo.InvariantCulture);

        // reproducible-builds.org: two builds of one source give one document.
        private DateTimeOffset Created() =>
            long.TryParse(context.Environment("SOURCE_DATE_EPOCH"), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= 253402300799
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : context.Console.Time.GetUtcNow();

        private bool WriteFile(string path, byte[] content, bool dryRun)
        {
            if (dryRun)
            {
                context.Console.WriteNote(string.Create(CultureInfo.InvariantCulture, $"Would write {path}, {content.Length} bytes (dry run)."));
                return true;
            }

            try
            {
                DurableFile.Replace(Path.GetFullPath(path), file =>
                {
                    File.SetUnixFileMode(file.SafeFileHandle, (UnixFileMode)0b110_100_100);
                    file.Write(content);
                });
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                context.Console.WriteError($"{path} could not be written ({e.Message}); what was there is there still");
                return false;
            }
        }
    }
}
