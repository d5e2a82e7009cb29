using System.Text.Json;
using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Core.Images;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Images;

/// <summary>The commands on a prepared tree.</summary>
public sealed class ImageCommandTests : IDisposable
{
    private const string Bash = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n\n";

    private readonly string _root = Directory.CreateTempSubdirectory("ng-image-").FullName;

    public ImageCommandTests()
    {
        Write("/etc/os-release", "ID=debian\nVERSION_ID=12\nIMAGE_ID=node\nIMAGE_VERSION=1\n");
        Write("/var/lib/dpkg/status", Bash);
        Write("/etc/netplan/50-cloud-init.yaml", "network: {}\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_manifest_of_a_tree_is_written_whole_and_what_no_tree_has_is_told()
    {
        var run = await ManifestAsync("--file", At("/out/m.json"), "--spdx", At("/out/m.spdx.json"));

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("the manifest does not tell of the kernel: no kernel runs what is below this directory");
        run.Error.ShouldContain("the manifest does not tell of the kernel's command line");
        run.Out.ShouldContain("Packages:");
        ManifestReader.Read(await File.ReadAllBytesAsync(At("/out/m.json"))).ShouldBeOfType<ManifestReading.Read>().Manifest.Packages!.ShouldHaveSingleItem().Name.ShouldBe("bash");
        (await File.ReadAllTextAsync(At("/out/m.spdx.json"))).ShouldContain("pkg:deb/debian/bash@5.2-1?arch=amd64&distro=debian-12");
        Directory.GetFiles(At("/out")).Length.ShouldBe(2);
        File.GetUnixFileMode(At("/out/m.json")).ShouldBe((UnixFileMode)0b110_100_100);
    }

    [Fact]
    public async Task A_dry_run_writes_nothing()
    {
        var run = await ManifestAsync("--file", At("/out/m.json"), "--dry-run");

        run.Error.ShouldContain("Would write");
        Directory.Exists(At("/out")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    [InlineData("table")]
    public async Task Without_a_file_the_manifest_is_printed(string format)
    {
        var run = await ManifestAsync("-o", format);

        run.Out.ShouldContain(format == "yaml" ? "imageId: node" : "\"imageId\": \"node\"");
        run.Out.ShouldContain("sha256:");
    }

    [Fact]
    public async Task What_cannot_be_written_down_is_said_and_costs_nothing_that_was_there()
    {
        (await CliRun.OfAsync(["image", "manifest", "--root", _root, "--image-id", ""])).Error.ShouldContain("--image-id and --image-version");
        (await CliRun.OfAsync(["image", "manifest", "--root", _root, "--guard", "etc"])).ExitCode.ShouldBe(2);

        Write("/out/m.json", "as it was");
        Write("/var/lib/dpkg/status", Bash + "Package: curl\nStatus: install ok half-configured\nArchitecture: amd64\nVersion: 1\n\n");
        var half = await ManifestAsync("--file", At("/out/m.json"));
        half.ExitCode.ShouldBe(1);
        half.Error.ShouldContain("package curl:amd64 is half-configured");
        Write("/var/lib/dpkg/status", Bash);
        Write("/etc/netplan/a\nb.yaml", "");
        (await ManifestAsync("--file", At("/out/m.json"))).Error.ShouldContain("not printable");
        (await File.ReadAllTextAsync(At("/out/m.json"))).ShouldBe("as it was");

        File.Delete(At("/etc/netplan/a\nb.yaml"));
        (await ManifestAsync("--file", At("/etc/os-release/m.json"))).Error.ShouldContain("could not be written");
    }

    [Fact]
    public async Task Verify_names_each_difference_and_is_never_satisfied_with_what_it_cannot_tell()
    {
        await ManifestAsync("--file", At(ImageManifest.DefaultPath), "--leave-out", "/etc/netplan/50-cloud-init.yaml");
        Write("/etc/netplan/50-cloud-init.yaml", "changed: {}\n");

        var same = await CliRun.OfAsync(["image", "verify", "--root", _root]);
        same.ExitCode.ShouldBe(2, "no kernel was told of");
        same.Error.ShouldContain("not compared: the kernel: the manifest does not tell");

        Write("/var/lib/dpkg/status", Bash.Replace("5.2-1", "5.2-2", StringComparison.Ordinal));
        Write("/var/log/apt/history.log", "Start-Date: 2026-11-22  16:00:01\nCommandline: apt upgrade\nUpgrade: bash:amd64 (5.2-1, 5.2-2)\n");
        Write("/etc/sysctl.d/99-x.conf", "kernel.panic=1\n");
        var run = await CliRun.OfAsync(["image", "verify", "--root", _root, "-o", "json"]);

        run.ExitCode.ShouldBe(1);
        using var report = JsonDocument.Parse(run.Out);
        report.RootElement.GetProperty("state").GetString().ShouldBe("drifted");
        report.RootElement.GetProperty("differences").EnumerateArray()
            .Select(static one => $"{one.GetProperty("kind").GetString()} {one.GetProperty("name").GetString()} {(one.TryGetProperty("cause", out var cause) ? cause.GetString() : "")}")
            .ShouldBe(["package bash:amd64 apt upgrade, 2026-11-22 16:00:01", "file /etc/sysctl.d/99-x.conf "]);
        (await CliRun.OfAsync(["image", "verify", "--root", _root])).Out.ShouldContain("apt upgrade, 2026-11-22 16:00:01");
    }

    [Fact]
    public async Task A_manifest_that_cannot_be_used_is_no_answer()
    {
        var none = await CliRun.OfAsync(["image", "verify", "--root", _root]);
        none.ExitCode.ShouldBe(2);
        none.Error.ShouldContain("there is no manifest");

        Write("/m.json", "{\"schemaVersion\": 9}");
        var unknown = await CliRun.OfAsync(["image", "verify", At("/m.json"), "--root", _root]);
        unknown.ExitCode.ShouldBe(2);
        unknown.Error.ShouldContain("its schemaVersion is 9, and this nodeguard knows 1");
    }

    [Fact]
    public async Task Diff_tells_two_images_apart()
    {
        await ManifestAsync("--file", At("/a.json"));
        Write("/var/lib/dpkg/status", Bash.Replace("5.2-1", "5.2-2", StringComparison.Ordinal));
        Write("/etc/os-release", "ID=debian\nVERSION_ID=12\nIMAGE_ID=node\nIMAGE_VERSION=2\n");
        await ManifestAsync("--file", At("/b.json"));

        var run = await CliRun.OfAsync(["image", "diff", At("/a.json"), At("/b.json")]);

        run.ExitCode.ShouldBe(1);
        run.Out.ShouldContain("bash:amd64");
        run.Out.ShouldContain("IMAGE_VERSION");
        run.Out.ShouldContain("Image node 2 differs from image node 1 in 3 things.");
        (await CliRun.OfAsync(["image", "diff", At("/a.json"), At("/a.json")])).ExitCode.ShouldBe(2, "what neither tells is not known to be the same");
        (await CliRun.OfAsync(["image", "diff", At("/a.json"), At("/none.json")])).ExitCode.ShouldBe(2);
    }

    private string At(string path) => _root + path;

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), content);
    }

    private Task<CliRun> ManifestAsync(params string[] more) => CliRun.OfAsync(["image", "manifest", "--root", _root, .. more]);
}
