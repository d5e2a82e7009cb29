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
