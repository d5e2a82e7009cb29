using NodeGuard.Core.Images;

namespace NodeGuard.Core.Tests.Images;

/// <summary>An image with something of every part.</summary>
internal static class SomeImage
{
    public static readonly ImageManifest Manifest = new ImageManifest
    {
        ImageId = "node",
        ImageVersion = "20261122.1",
        Distribution = "debian-12",
        SourceDigest = "sha256:0123",
        GitCommit = "d7d994c",
        Kernel = "6.1.0-41-amd64",
        Kubelet = "1.34.2-1.1",
        Containerd = "2.2.0-1",
        Guarded = ["/etc/systemd", "/etc/sysctl.d", "/etc/os-release"],
        LeftOut = ["/etc/systemd/network/10-own.network"],
        Packages = [Package("systemd", "252.39-1~deb12u1"), Package("libc6", "2.36-9+deb12u13"), Package("tzdata", "2025b-0+deb12u2") with { Architecture = "all" }, Package("kubelet", "1.34.2-1.1")],
        Files = [File("/etc/systemd/networkd.conf", 'a'), File("/etc/sysctl.d/90-node.conf", 'b'), new GuardedFile("/etc/os-release", GuardedKind.Link) { Target = "../usr/lib/os-release" }, new GuardedFile("/etc/systemd/pipe", GuardedKind.Other) { Mode = "0600" }],
        Masks = ["apt-daily.timer", "apt-daily-upgrade.timer"],
        Networkd = [new("Network.ManageForeignRoutes", "no"), new("Network.ManageForeignRoutingPolicyRules", "no")],
        CommandLine = "ro console=tty0 console=ttyS0 quiet",
        Sysctls = [new("net.ipv4.ip_forward", "1"), new("kernel.panic", "10")],
    }.InOrder();

    public static readonly HostImage Host = Manifest.AsHost();

    public static ImagePackage Package(string name, string version) => new(ImagePackage.Deb, name, version, "amd64");

    public static GuardedFile File(string path, char digit) => new(path, GuardedKind.File) { Mode = "0644", Sha256 = new string(digit, 64) };

    public static Part<IReadOnlyList<T>> With<T>(this Part<IReadOnlyList<T>> part, params T[] more) => Part.Known<IReadOnlyList<T>>([.. part.Value!, .. more]);

    public static Part<IReadOnlyList<T>> Without<T>(this Part<IReadOnlyList<T>> part, Func<T, bool> which) => Part.Known<IReadOnlyList<T>>([.. part.Value!.Where(item => !which(item))]);

    public static Part<IReadOnlyList<T>> But<T>(this Part<IReadOnlyList<T>> part, Func<T, bool> which, Func<T, T> change) =>
        Part.Known<IReadOnlyList<T>>([.. part.Value!.Select(item => which(item) ? change(item) : item)]);
}
