using NodeGuard.Core.Updates.Pending;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Pending;

public sealed class RebootNeedTests
{
    [Theory]
    [InlineData("6.1.0-18-amd64", "6.1.0-20-amd64", true)]
    [InlineData("6.1.0-20-amd64", "6.1.0-9-amd64", false)]
    [InlineData("6.1.0-18-amd64", "6.1.0-20-cloud-amd64", false)]
    [InlineData("5.15.0-91-generic", "5.15.0-105-generic", true)]
    public void A_newer_kernel_of_the_same_flavour_wants_a_reboot(string running, string other, bool required) =>
        RebootNeed.Of(new RebootSigns(false, [], running, [running, other])).Required.ShouldBe(required);

    [Fact]
    public void The_file_proves_it_and_names_the_packages()
    {
        var need = RebootNeed.Of(new RebootSigns(true, ["linux-base", "dbus", "dbus", "../x y"], null, null));

        need.Required.ShouldBe(true);
        need.Reasons.ShouldBe(["/run/reboot-required names linux-base, dbus"]);
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData(null)]
    [InlineData("6.18.0-custom")]
    public void Without_the_file_and_without_the_running_kernel_among_those_installed_nothing_is_known(string? running) =>
        RebootNeed.Of(new RebootSigns(false, [], running, ["6.1.0-18-amd64"])).Required.ShouldBeNull();

    [Fact]
    [Trait("Invariant", "11")]
    public void Where_the_file_cannot_be_looked_for_the_kernels_alone_prove_no_more_than_a_need()
    {
        RebootNeed.Of(new RebootSigns(null, [], "6.1.0-20-amd64", ["6.1.0-20-amd64"])).Required.ShouldBeNull();
        RebootNeed.Of(new RebootSigns(null, [], "6.1.0-18-amd64", ["6.1.0-18-amd64", "6.1.0-20-amd64"])).Required.ShouldBe(true);
    }

    [Theory]
    [InlineData("5.14.0-427.13.el9.x86_64", "5.14.0-427.13.1.el9_4.x86_64", true)]
    [InlineData("5.14.0-427.13.1.el9_4.x86_64", "5.14.0-427.13.el9.x86_64", false)]
    [InlineData("6.8.4-200.fc40.x86_64", "6.8.10-201.fc40.x86_64+debug", false)]
    [InlineData("6.4.0-150600.23.7-default", "6.4.0-150600.23.14-default", true)]
    public void Kernels_of_rpm_hosts_are_ordered_by_rpm(string running, string other, bool required) =>
        RebootNeed.Of(new RebootSigns(false, [], running, [running, other]) { KernelsAreRpm = true, Advice = new RebootAdvice(false, "none is needed") }).Required.ShouldBe(required);

    [Fact]
    public void The_host_s_own_tool_proves_it() =>
        RebootNeed.Of(new RebootSigns(false, [], null, null) { Advice = new RebootAdvice(true, "updated since the boot: glibc") })
            .ShouldSatisfyAllConditions(need => need.Required.ShouldBe(true), need => need.Reasons.ShouldBe(["updated since the boot: glibc"]));

    [Fact]
    [Trait("Invariant", "11")]
    public void Where_the_host_s_own_tool_does_not_tell_the_newest_kernel_alone_is_no_proof()
    {
        var need = RebootNeed.Of(new RebootSigns(false, [], "6.8.4-200.fc40.x86_64", ["6.8.4-200.fc40.x86_64"]) { KernelsAreRpm = true, Advice = new RebootAdvice(null, "dnf does not tell") });

        need.Required.ShouldBeNull();
        need.Reasons.ShouldBe(["dnf does not tell"]);
    }

    [Fact]
    public void Kernels_are_told_by_the_names_of_their_packages() =>
        RebootNeed.KernelsIn(["linux-image-amd64", "linux-image-6.1.0-20-amd64", "linux-image-unsigned-5.15.0-91-generic", "linux-image-6.1.0-20-amd64-dbg", "linux-headers-6.1.0-20-amd64"])
            .ShouldBe(["6.1.0-20-amd64", "5.15.0-91-generic"]);

    [Theory]
    [InlineData(new[] { "libc6", "dbus" }, "6.1.0-20-amd64", null)]
    [InlineData(new[] { "libc6", "linux-image-6.1.0-20-amd64" }, "6.1.0-20-amd64", "/run/reboot-required names linux-image-6.1.0-20-amd64")]
    [InlineData(new[] { "intel-microcode" }, "6.1.0-20-amd64", "/run/reboot-required names intel-microcode")]
    [InlineData(new string[0], "6.1.0-20-amd64", "/run/reboot-required is there and does not say what for")]
    [InlineData(new[] { "libc6" }, "6.1.0-18-amd64", "the kernel 6.1.0-20-amd64 is installed and 6.1.0-18-amd64 runs")]
    public void A_new_userspace_meets_what_is_not_of_the_kernel(string[] packages, string running, string? beyond) =>
        RebootNeed.Of(new RebootSigns(true, packages, running, ["6.1.0-18-amd64", "6.1.0-20-amd64"])).BeyondUserspace.ShouldBe(beyond);
}
