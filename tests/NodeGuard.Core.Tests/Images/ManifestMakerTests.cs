using NodeGuard.Core.Images;
using NodeGuard.Core.Updates.Dpkg;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Images;

public sealed class ManifestMakerTests
{
    private static readonly ImageIdentity Identity = new("node", "20261122.1") { Guarded = ["/etc/systemd"] };

    [Fact]
    public void A_manifest_of_a_host_finds_nothing_on_that_host()
    {
        (ImageManifest manifest, IReadOnlyList<string> missing) = ManifestMaker.Make(SomeImage.Host, Identity);

        missing.ShouldBeEmpty();
        DriftFinder.Compare(manifest, SomeImage.Host).Differences.ShouldBeEmpty();
        manifest.Kubelet.ShouldBe("1.34.2-1.1");
        manifest.Containerd.ShouldBeNull();
    }

    [Fact]
    public void The_kernel_is_the_one_that_a_node_will_boot_and_not_that_of_the_build()
    {
        HostImage host = SomeImage.Host with
        {
            Kernel = Part.Known("6.1.0-9-amd64"),
            Packages = SomeImage.Host.Packages.With(SomeImage.Package("linux-image-6.1.0-9-amd64", "6.1.27-1"), SomeImage.Package("linux-image-6.1.0-41-amd64", "6.1.158-1"), SomeImage.Package("linux-image-amd64", "6.1.158-1")),
        };

        ManifestMaker.Make(host, Identity).Manifest.Kernel.ShouldBe("6.1.0-41-amd64");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void What_is_not_known_is_left_out_and_told()
    {
        (ImageManifest manifest, IReadOnlyList<string> missing) = ManifestMaker.Make(
            SomeImage.Host with { Packages = Part.Unknown<IReadOnlyList<ImagePackage>>("no dpkg"), Files = SomeImage.Host.Files with { Problem = "/etc/x: denied" } }, Identity);

        manifest.Packages.ShouldBeNull();
        manifest.Files.ShouldBeNull();
        missing.ShouldBe(["packages: no dpkg", "files: /etc/x: denied"]);
    }

    [Fact]
    public void Of_dpkgs_database_what_is_there_counts_and_what_is_torn_is_not_trusted()
    {
        const string status = "Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\nPackage: b\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1\n\nPackage: c\nStatus: install ok triggers-pending\nArchitecture: all\nVersion: 1\n\nPackage: d\nStatus: install reinstreq half-installed\nArchitecture: all\nVersion: 1\n\n";

        ImagePackages.Of(Read(status)).Value!.Select(static package => $"{package.FullName} {package.HalfDone}").ShouldBe(["a:all ", "c:all ", "d:all needs to be installed anew"]);
        Part<IReadOnlyList<ImagePackage>> torn = ImagePackages.Of(Read(status[..^10]));
        torn.Value.ShouldBeNull();
        torn.Problem!.ShouldContain("torn");
    }

    private static DpkgStatus Read(string text) => DpkgStatusReader.Read(System.Text.Encoding.UTF8.GetBytes(text));
}
