using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Images;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Images;

public sealed class DriftFinderTests
{
    private static readonly (string Name, string Told, Func<HostImage, HostImage> Change)[] Changes =
    [
        ("stamp lost", "IMAGE_ID is not set, and the image has node", static host => host with { ImageId = null }),
        ("other version", "IMAGE_VERSION is 20261122.2, and the image has 20261122.1", static host => host with { ImageVersion = "20261122.2" }),
        ("other kernel", "kernel is 6.1.0-42-amd64, and the image has 6.1.0-41-amd64", static host => host with { Kernel = Part.Known("6.1.0-42-amd64") }),
        ("package changed", "package libc6:amd64 is 2.36-9+deb12u14, and the image has 2.36-9+deb12u13", static host => host with { Packages = host.Packages.But(static p => p.Name == "libc6", static p => p with { Version = "2.36-9+deb12u14" }) }),
        ("package added", "package nmap:amd64 was added: 7.93", static host => host with { Packages = host.Packages.With(SomeImage.Package("nmap", "7.93")) }),
        ("package removed", "package kubelet:amd64 is gone", static host => host with { Packages = host.Packages.Without(static p => p.Name == "kubelet") }),
        ("package half installed", "package systemd:amd64 is 252.39-1~deb12u1 (half-configured), and the image has 252.39-1~deb12u1", static host => host with { Packages = host.Packages.But(static p => p.Name == "systemd", static p => p with { HalfDone = "half-configured" }) }),
        ("foreign architecture", "package libc6:i386 was added: 2.36-9+deb12u13", static host => host with { Packages = host.Packages.With(SomeImage.Package("libc6", "2.36-9+deb12u13") with { Architecture = "i386" }) }),
        ("file changed", "file /etc/sysctl.d/90-node.conf is 0644 sha256:cccccccccccc, and the image has 0644 sha256:bbbbbbbbbbbb", static host => host with { Files = host.Files.But(static f => f.Path.EndsWith("90-node.conf", StringComparison.Ordinal), static f => f with { Sha256 = new string('c', 64) }) }),
        ("mode changed", "file /etc/systemd/networkd.conf is 0666 sha256:aaaaaaaaaaaa, and the image has 0644 sha256:aaaaaaaaaaaa", static host => host with { Files = host.Files.But(static f => f.Path.EndsWith("networkd.conf", StringComparison.Ordinal), static f => f with { Mode = "0666" }) }),
        ("file added", "file /etc/sysctl.d/99-x.conf was added: 0644 sha256:dddddddddddd", static host => host with { Files = host.Files.With(SomeImage.File("/etc/sysctl.d/99-x.conf", 'd')) }),
        ("file gone", "file /etc/sysctl.d/90-node.conf is gone", static host => host with { Files = host.Files.Without(static f => f.Path.EndsWith("90-node.conf", StringComparison.Ordinal)) }),
        ("link turned", "file /etc/os-release is link to /tmp/x, and the image has link to ../usr/lib/os-release", static host => host with { Files = host.Files.But(static f => f.Kind == GuardedKind.Link, static f => f with { Target = "/tmp/x" }) }),
        ("link became a file", "file /etc/os-release is 0644 sha256:eeeeeeeeeeee, and the image has link to ../usr/lib/os-release", static host => host with { Files = host.Files.But(static f => f.Kind == GuardedKind.Link, static f => SomeImage.File(f.Path, 'e')) }),
        ("unmasked", "unit apt-daily.timer is not masked, and the image has masked", static host => host with { Masks = host.Masks.Without(static unit => unit == "apt-daily.timer") }),
        ("masked", "unit kubelet.service is masked, and the image has not masked", static host => host with { Masks = host.Masks.With("kubelet.service") }),
        ("networkd changed", "networkd's Network.ManageForeignRoutes is yes, and the image has no", static host => host with { Networkd = host.Networkd.But(static s => s.Name.EndsWith("Routes", StringComparison.Ordinal), static s => s with { Value = "yes" }) }),
        ("networkd unset", "networkd's Network.ManageForeignRoutes is not set, and the image has no", static host => host with { Networkd = host.Networkd.Without(static s => s.Name.EndsWith("Routes", StringComparison.Ordinal)) }),
        ("networkd added", "networkd's Network.SpeedMeter was added: yes", static host => host with { Networkd = host.Networkd.With(new ImageSetting("Network.SpeedMeter", "yes")) }),
        ("word added", "kernel command line word mitigations=off was added", static host => host with { CommandLine = Part.Known("ro console=tty0 console=ttyS0 quiet mitigations=off") }),
        ("word gone", "kernel command line word quiet is gone", static host => host with { CommandLine = Part.Known("ro console=tty0 console=ttyS0") }),
        ("words in another order", "kernel command line word order is ro console=ttyS0 console=tty0 quiet, and the image has ro console=tty0 console=ttyS0 quiet", static host => host with { CommandLine = Part.Known("ro console=ttyS0 console=tty0 quiet") }),
        ("sysctl changed", "sysctl net.ipv4.ip_forward is 0, and the image has 1", static host => host with { Sysctls = host.Sysctls.But(static s => s.Name == "net.ipv4.ip_forward", static s => s with { Value = "0" }) }),
        ("sysctl gone", "sysctl kernel.panic is not set, and the image has 10", static host => host with { Sysctls = host.Sysctls.Without(static s => s.Name == "kernel.panic") }),
    ];

    public static TheoryData<string> Names => [.. Changes.Select(static change => change.Name)];

    [Fact]
    public void A_host_as_its_image_made_it_differs_in_nothing()
    {
        ImageComparison comparison = DriftFinder.Compare(SomeImage.Manifest, SomeImage.Host);

        comparison.Differences.ShouldBeEmpty();
        comparison.State.ShouldBe(DriftState.None);
        DriftText.Of(comparison, SomeImage.Manifest.Title, HostKind.Plain).ShouldBe("This host is what image node 20261122.1 made it.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_single_change_is_found_and_named_and_nothing_else(string name)
    {
        (_, string told, Func<HostImage, HostImage> change) = Changes.Single(candidate => candidate.Name == name);

        ImageComparison comparison = DriftFinder.Compare(SomeImage.Manifest, change(SomeImage.Host));

        DriftText.Of(comparison.Differences.ShouldHaveSingleItem()).ShouldBe(told);
        comparison.State.ShouldBe(DriftState.Drifted);
    }

    [Fact]
    public void Any_set_of_changes_is_told_whole_in_one_order_whatever_the_order_of_lists()
    {
        var random = new Random(22);
        for (int i = 0; i < FuzzScale.Cases(500); i++)
        {
            // Two changes of one thing would be one, or none.
            var chosen = Changes.Where(_ => random.Next(3) == 0).Where(static change => change.Name is not ("networkd unset" or "file gone" or "link became a file" or "word gone" or "words in another order")).ToList();
            HostImage host = Shuffled(chosen.Aggregate(SomeImage.Host, static (host, change) => change.Change(host)), random);

            IReadOnlyList<ImageDifference> differences = DriftFinder.Compare(SomeImage.Manifest, host).Differences;

            differences.Select(DriftText.Of).Order(StringComparer.Ordinal).ShouldBe(chosen.Select(static change => change.Told).Order(StringComparer.Ordinal));
            differences.ShouldBe(DriftFinder.Compare(SomeImage.Manifest, Shuffled(host, random)).Differences);
        }
    }

    [Fact]
    public void Any_item_of_any_part_that_is_altered_added_or_taken_away_is_the_one_that_is_named()
    {
        var random = new Random(35);
        for (int i = 0; i < FuzzScale.Cases(1000); i++)
        {
            HostImage host = SomeImage.Host;
            (HostImage changed, string name) = random.Next(5) switch
            {
                0 => Altered(host.Packages, static p => p.FullName, n => SomeImage.Package($"p{n}", "1"), static p => p with { Version = p.Version + "+x" }, part => host with { Packages = part }),
                1 => Altered(host.Files, static f => f.Path, n => SomeImage.File($"/etc/systemd/{n}", '9'), static f => f.Kind == GuardedKind.Link ? f with { Target = f.Target + "x" } : f with { Mode = "0777" }, part => host with { Files = part }),
                2 => Altered(host.Masks, static unit => unit, static n => $"m{n}.service", null, part => host with { Masks = part }),
                3 => Altered(host.Networkd, static s => s.Name, static n => new ImageSetting($"Network.X{n}", ""), static s => s with { Value = s.Value + "x" }, part => host with { Networkd = part }),
                _ => Altered(host.Sysctls, static s => s.Name, static n => new ImageSetting($"kernel.x{n}", "1"), static s => s with { Value = "" }, part => host with { Sysctls = part }),
            };

            ImageComparison comparison = DriftFinder.Compare(SomeImage.Manifest, Shuffled(changed, random));

            comparison.Differences.ShouldHaveSingleItem().Name.ShouldBe(name);
            comparison.State.ShouldBe(DriftState.Drifted);
        }

        (HostImage Host, string Name) Altered<T>(
            Part<IReadOnlyList<T>> part, Func<T, string> nameOf, Func<int, T> make, Func<T, T>? alter, Func<Part<IReadOnlyList<T>>, HostImage> into)
        {
            List<T> items = [.. part.Value!];
            int at = random.Next(items.Count);
            string name = nameOf(items[at]);
            switch (random.Next(alter is null ? 2 : 3))
            {
                case 0:
                    items.RemoveAt(at);
                    break;
                case 1:
                    items.Add(make(random.Next(1000)));
                    name = nameOf(items[^1]);
                    break;
                default:
                    items[at] = alter!(items[at]);
                    break;
            }

            return (into(Part.Known<IReadOnlyList<T>>(items)), name);
        }
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void What_could_not_be_read_is_never_told_to_be_as_it_was()
    {
        HostImage[] hosts =
        [
            SomeImage.Host with { Kernel = Part.Unknown<string>("why") },
            SomeImage.Host with { Packages = Part.Unknown<IReadOnlyList<ImagePackage>>("why") },
            SomeImage.Host with { Packages = SomeImage.Host.Packages with { Problem = "why" } },
            SomeImage.Host with { Files = SomeImage.Host.Files with { Problem = "why" } },
            SomeImage.Host with { Masks = Part.Unknown<IReadOnlyList<string>>("why") },
            SomeImage.Host with { Networkd = Part.Unknown<IReadOnlyList<ImageSetting>>("why") },
            SomeImage.Host with { CommandLine = Part.Unknown<string>("why") },
            SomeImage.Host with { Sysctls = Part.Unknown<IReadOnlyList<ImageSetting>>("why") },
        ];
        foreach (HostImage host in hosts)
        {
            ImageComparison comparison = DriftFinder.Compare(SomeImage.Manifest, host);

            comparison.Differences.ShouldBeEmpty();
            comparison.State.ShouldBe(DriftState.Unknown);
            comparison.Unknown.ShouldHaveSingleItem().Reason.ShouldBe("why");
        }
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void A_part_that_the_manifest_does_not_tell_is_not_compared_and_told()
    {
        ImageComparison comparison = DriftFinder.Compare(SomeImage.Manifest with { Packages = null }, SomeImage.Host);

        comparison.State.ShouldBe(DriftState.Unknown);
        DriftText.Of(comparison, "node 1", HostKind.Bottlerocket).ShouldBe(
            "Whether this host is what image node 1 made it is not known. Not compared: packages: the manifest does not tell. This is a Bottlerocket host: it has no package manager, and its root is verified by the kernel.");
    }

    [Fact]
    public void Files_below_a_directory_that_cannot_be_read_are_not_called_gone()
    {
        HostImage host = SomeImage.Host with
        {
            Files = new Part<IReadOnlyList<GuardedFile>>([.. SomeImage.Host.Files.Value!.Where(static file => !file.Path.StartsWith("/etc/systemd", StringComparison.Ordinal))], "/etc/systemd: Permission denied"),
            Unreadable = ["/etc/systemd"],
        };

        ImageComparison comparison = DriftFinder.Compare(SomeImage.Manifest, host);

        comparison.Differences.ShouldBeEmpty();
        comparison.State.ShouldBe(DriftState.Unknown);
    }

    [Fact]
    public void What_nodeguard_itself_puts_on_a_host_is_no_drift_and_what_bears_its_name_only_is()
    {
        const string hold = "/etc/systemd/system/apt-daily.service.d/zz-nodeguard.conf", unit = "/etc/systemd/system/nodeguard-agent.service";
        HostImage host = SomeImage.Host with { Files = SomeImage.Host.Files.With(SomeImage.File(hold, 'f') with { IsOurs = true }, SomeImage.File(unit, 'f')) };

        DriftFinder.Compare(SomeImage.Manifest, host).Differences.ShouldBeEmpty();

        HostImage forged = SomeImage.Host with { Files = SomeImage.Host.Files.With(SomeImage.File(hold, 'f')) };
        DriftFinder.Compare(SomeImage.Manifest, forged).Differences.ShouldHaveSingleItem().Name.ShouldBe(hold);

        // An image that has the agent in it says what its unit is.
        ImageManifest baked = SomeImage.Manifest with { Files = [.. SomeImage.Manifest.Files!, SomeImage.File(unit, '0')] };
        DriftFinder.Compare(baked, host).Differences.ShouldHaveSingleItem().Name.ShouldBe(unit);
    }

    [Fact]
    public void A_package_that_changed_is_told_with_what_changed_it()
    {
        UpdateRun update = new()
        {
            Id = "20261122-1",
            By = "ops",
            Scope = UpdateScope.Security,
            Wanted = [],
            Deadline = default,
            BootId = "b",
            BegunAt = default,
            Phase = UpdateRunPhase.Succeeded,
            PhaseSince = default,
            Message = "done",
            Health = new HostHealth(),
            Changes = [new PackageChange("libc6", "amd64", "2.36-9+deb12u13", "2.36-9+deb12u14")],
        };
        IReadOnlyList<AptRun> apt = AptHistoryReader.Read("Start-Date: 2026-11-22  16:00:01\nCommandline: apt-get install nmap\nRequested-By: eve (1001)\nInstall: nmap:amd64 (7.93)\nEnd-Date: 2026-11-22  16:00:03\n");
        ImageDifference[] differences =
        [
            new(DifferenceKind.Package, "libc6:amd64", "2.36-9+deb12u13", "2.36-9+deb12u14"),
            new(DifferenceKind.Package, "nmap:amd64", null, "7.93 (unpacked)"),
            new(DifferenceKind.Package, "hping3:amd64", null, "3.a2"),
            new(DifferenceKind.File, "/etc/x", null, "y"),
        ];

        DriftCauses.Tell(differences, [update], apt).Select(static difference => difference.Cause).ShouldBe(
        [
            "nodeguard's update 20261122-1, wanted by ops",
            "apt-get install nmap, 2026-11-22 16:00:01, by eve (1001)",
            "apt's history does not tell of it: dpkg itself, or another tool",
            null,
        ]);
        DriftCauses.Tell(differences, [], apt: null).ShouldAllBe(static difference => difference.Cause == null);
    }

    [Fact]
    public void A_message_is_bounded_and_cannot_steer_a_terminal()
    {
        var comparison = new ImageComparison(
            [.. Enumerable.Range(0, 500).Select(static i => new ImageDifference(DifferenceKind.File, $"/etc/\e[2J\n{i}{new string('x', 4000)}", null, "y"))], [new UnknownPart(DifferenceKind.Package, new string('z', 5000))]);

        string message = DriftText.Of(comparison, "node", HostKind.Talos);

        message.Length.ShouldBeLessThanOrEqualTo(1000);
        message.Any(char.IsControl).ShouldBeFalse();
        message.ShouldContain("in 500 things");
    }

    private static HostImage Shuffled(HostImage host, Random random)
    {
        return host with
        {
            Packages = Of(host.Packages),
            Files = Of(host.Files),
            Masks = Of(host.Masks),
            Networkd = Of(host.Networkd),
            Sysctls = Of(host.Sysctls),
        };

        Part<IReadOnlyList<T>> Of<T>(Part<IReadOnlyList<T>> part)
        {
            T[] items = [.. part.Value!];
            random.Shuffle(items);
            return Part.Known<IReadOnlyList<T>>(items);
        }
    }
}
