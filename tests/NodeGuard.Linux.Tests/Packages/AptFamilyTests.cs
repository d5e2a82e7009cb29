using System.Text;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Linux.Packages;
using NodeGuard.Linux.Tests.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Packages;

/// <summary>The answers are those of apt 2.6 on Debian 12 with a package on hold and a security update, and what can become of them.</summary>
public sealed class AptFamilyTests : IDisposable
{
    private readonly FixtureRoot _host = new();
    private readonly AptTools _tools = new();

    public AptFamilyTests() => _host.With("/etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n").With("/var/lib/dpkg/status", "x");

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Real_answers_become_packages_with_what_keeps_them_back()
    {
        PackageLook look = await LookAsync();

        look.Pending.Problems.ShouldBeEmpty();
        look.Pending.Packages!.Select(package => $"{package.Name} {package.Installed}->{package.Candidate} {package.KeptBack} security={package.Security} unattended={package.Unattended}")
            .ShouldBe(
            [
                "unzip 6.0-27->6.0-28+deb12u1 Held security=True unattended=False",
                "zip 3.0-12->3.0-13+deb12u1 None security=True unattended=True",
            ]);
        look.InstalledKernels.ShouldBe(["6.1.0-9-amd64"]);
    }

    [Fact]
    public async Task The_tools_are_asked_by_their_paths_to_simulate_without_lock_and_without_writing_caches()
    {
        await LookAsync();

        _tools.Asked.Select(command => command.Program).Distinct().Order(StringComparer.Ordinal)
            .ShouldBe(["/usr/bin/apt-cache", "/usr/bin/apt-config", "/usr/bin/apt-get", "/usr/bin/dpkg-query"]);
        foreach (HostCommand command in _tools.Asked.Where(command => command.Program == "/usr/bin/apt-get"))
        {
            command.Arguments[0].ShouldBe("-s");
            command.Arguments.ShouldContain("Debug::NoLocking=1");
        }

        foreach (HostCommand command in _tools.Asked.Where(command => command.Program is "/usr/bin/apt-get" or "/usr/bin/apt-cache"))
        {
            command.Arguments.ShouldContain("Dir::Cache::pkgcache=");
            command.Arguments.ShouldContain("Dir::Cache::srcpkgcache=");
        }

        HostCommand named = _tools.Asked.Single(command => command.Name == "apt-policy");
        named.Arguments.SkipWhile(argument => argument != "--").ShouldBe(["--", "unzip", "zip:amd64"]);
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("dpkg")]
    [InlineData("apt-upgrade")]
    [InlineData("apt-sources")]
    [InlineData("apt-policy")]
    public async Task A_tool_that_fails_leaves_it_unknown_and_is_named_with_what_it_said(string name)
    {
        _tools.Answers[name] = new HostCommandAnswer.Ended(100, [], "W: some warning; E: \u001b[31mThe list is broken");

        PendingUpdates pending = (await LookAsync()).Pending;

        pending.Packages.ShouldBeNull();
        string problem = pending.Problems.ShouldHaveSingleItem();
        problem.ShouldContain($"({name}) failed with 100: E: ?[31mThe list is broken");
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("dpkg", 1)]
    [InlineData("apt-upgrade", 2)]
    [InlineData("apt-sources", 6)]
    public async Task A_tool_without_an_answer_leaves_it_unknown_and_those_that_would_tell_nothing_are_not_asked(string name, int asked)
    {
        _tools.Answers[name] = new HostCommandAnswer.NoAnswer("it did not end within 120 s and was stopped");

        PendingUpdates pending = (await LookAsync()).Pending;

        pending.Packages.ShouldBeNull();
        pending.Problems.ShouldBe(["it did not end within 120 s and was stopped"]);
        _tools.Asked.Count.ShouldBe(asked);
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("apt-upgrade", "Reading package lists...\nInst zip [3.0-12] (3.0-1")]
    [InlineData("apt-upgrade", "")]
    [InlineData("apt-upgrade", "0 upgraded, 0 newly installed, 0 to remove and 7 not upgraded.\n")]
    [InlineData("apt-policy", "zip:\n  Installed: 3.0-12\n  nonsense")]
    [InlineData("apt-policy", "../../etc/passwd:\n  Installed: 1\n")]
    [InlineData("apt-upgrade", "1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\nInst --option=x [1] (2 Debian:12/stable [all])\n")]
    public async Task A_torn_or_hostile_answer_is_no_list(string name, string answer)
    {
        _tools.Say(name, answer);

        PendingUpdates pending = (await LookAsync()).Pending;

        pending.Packages.ShouldBeNull();
        pending.Problems.ShouldNotBeEmpty();
        _tools.Asked.SelectMany(command => command.Arguments).ShouldNotContain(argument => argument.StartsWith("--option", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task Without_lists_nothing_is_known_instead_of_nothing_pending()
    {
        _tools.Say("apt-upgrade", "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n");
        _tools.Say("apt-dist-upgrade", "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n");
        _tools.Say("apt-sources", "Package files:\n 100 /var/lib/dpkg/status\n     release a=now\nPinned packages:\n");

        PendingUpdates pending = (await LookAsync()).Pending;

        pending.Packages.ShouldBeNull();
        pending.Problems.ShouldHaveSingleItem().ShouldContain("apt-get update");
        pending.ListsFrom.ShouldBeNull();
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task More_packages_than_can_be_asked_for_are_unknown()
    {
        var lines = new StringBuilder("6000 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n");
        for (int i = 0; i < 6000; i++)
            lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"Inst p{i} [1] (2 Debian:12/stable [all])\n");
        _tools.Say("apt-upgrade", lines.ToString());

        PendingUpdates pending = (await LookAsync()).Pending;

        pending.Packages.ShouldBeNull();
        pending.Problems.ShouldContain(problem => problem.Contains("6000", StringComparison.Ordinal) || problem.Contains("more than 5000", StringComparison.Ordinal));
        _tools.Asked.ShouldNotContain(command => command.Name == "apt-policy");
    }

    [Fact]
    public async Task A_broken_off_dpkg_is_told_also_when_apt_says_nothing_more()
    {
        _tools.Say("dpkg", "Package: zip\nArchitecture: amd64\nVersion: 3.0-12\nStatus: install ok half-configured\n\n");
        _tools.Answers["apt-upgrade"] = new HostCommandAnswer.Ended(100, [], "E: broken");

        (await LookAsync()).Pending.Interrupted.ShouldNotBeNull().ShouldContain("dpkg --configure -a");
    }

    [Fact]
    public async Task Without_rules_of_unattended_upgrades_it_is_not_said_what_they_would_take()
    {
        _tools.Answers["apt-config"] = new HostCommandAnswer.NoAnswer("away");

        PendingUpdates pending = (await LookAsync()).Pending;

        pending.Packages!.ShouldAllBe(package => package.Unattended == null);
        pending.Problems.ShouldBe(["away"]);
    }

    [Fact]
    public void The_fingerprint_follows_what_apt_reads_and_is_unknown_where_dpkg_is_not_in_sight()
    {
        var family = new AptFamily(_tools, _host.Root);
        string first = family.Fingerprint()!;
        family.Fingerprint().ShouldBe(first);

        _host.With("/etc/apt/preferences.d/pin", "Package: *\n");
        string second = family.Fingerprint()!;
        second.ShouldNotBe(first);

        File.SetLastWriteTimeUtc(_host.Map("/var/lib/dpkg/status"), DateTime.UnixEpoch);
        family.Fingerprint().ShouldNotBe(second);
        File.Delete(_host.Map("/var/lib/dpkg/status"));
        family.Fingerprint().ShouldBeNull();
    }

    [Fact]
    public async Task The_age_of_the_lists_is_that_of_the_last_fetch()
    {
        _host.With("/var/lib/apt/lists/partial/.keep", "").With("/var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_InRelease", "");
        var fetched = new DateTime(2026, 11, 20, 6, 0, 0, DateTimeKind.Utc);
        Directory.SetLastWriteTimeUtc(_host.Map("/var/lib/apt/lists/partial"), fetched);

        (await LookAsync()).Pending.ListsFrom.ShouldBe(new DateTimeOffset(fetched));
    }

    private Task<PackageLook> LookAsync() => new AptFamily(_tools, _host.Root).LookAsync(CancellationToken.None);
}
