using NodeGuard.Agent.Control;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Agent.Updates;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Updates;

public sealed class PendingLookTests : IDisposable
{
    private readonly TemporaryDirectory _host = new();
    private readonly FakeGuard _guard = new();
    private readonly FakePackages _packages = new();
    private readonly ManualTime _time = new();

    public PendingLookTests()
    {
        With("run/systemd/system/.keep", "");
        With("proc/sys/kernel/osrelease", "6.1.0-20-amd64\n");
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_pending_systemd_is_a_hazard_where_foreign_rules_are_and_nothing_protects_them()
    {
        PendingStatus status = await ReadAsync();

        status.Hazard.State.ShouldBe(HazardState.Hazard);
        status.Hazard.Reason.ShouldBe("Updating systemd restarts systemd-networkd, which would delete 1 foreign rule.");
        status.LookedAt.ShouldBe(_time.GetUtcNow());
        status.Updates.ShouldBe(FakePackages.Systemd);
    }

    [Fact]
    public async Task Without_foreign_objects_it_is_none()
    {
        _guard.Objects = [];

        (await ReadAsync()).Hazard.State.ShouldBe(HazardState.None);
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData(GuardState.Starting)]
    [InlineData(GuardState.Failed)]
    public async Task A_guard_that_does_not_see_makes_it_unknown(GuardState state)
    {
        _guard.Objects = [];
        _guard.Status = _guard.Status with { State = state };

        (await ReadAsync()).Hazard.State.ShouldBe(HazardState.Unknown);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_guard_that_fails_to_tell_its_objects_makes_it_unknown_and_no_more()
    {
        _guard.ListFailure = new IOException("the kernel said ENOBUFS");

        PendingStatus status = await ReadAsync();

        status.Hazard.State.ShouldBe(HazardState.Unknown);
        status.Updates.Packages.ShouldNotBeNull();
    }

    [Fact]
    public async Task The_hazard_alone_is_looked_at_without_asking_the_tools()
    {
        PendingLook look = Look();
        PendingStatus before = await look.ReadAsync(CancellationToken.None);
        _guard.Objects = [];

        PendingStatus after = await look.ReadHazardAsync(before, CancellationToken.None);

        after.ShouldBe(before with { Hazard = after.Hazard });
        after.Hazard.State.ShouldBe(HazardState.None);
        _packages.Looks.ShouldBe(1);
    }

    [Fact]
    public async Task The_running_kernel_the_files_and_the_installed_kernels_make_the_reboot()
    {
        (await ReadAsync()).Reboot.Required.ShouldBe(false);

        With("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
        (await ReadAsync()).Reboot.Reasons.ShouldBe(["the kernel 6.1.0-20-amd64 is installed and 6.1.0-18-amd64 runs"]);

        With("run/reboot-required", "");
        With("run/reboot-required.pkgs", "libc6\n../evil name\n");
        (await ReadAsync()).Reboot.Reasons[0].ShouldBe("/run/reboot-required names libc6");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task What_cannot_be_seen_from_here_is_unknown()
    {
        Directory.Delete(_host.File("run/systemd"), recursive: true);
        (await ReadAsync()).Reboot.Required.ShouldBeNull();

        Directory.Delete(_host.File("proc"), recursive: true);
        PendingStatus blind = await ReadAsync();
        blind.Reboot.Required.ShouldBeNull();
        blind.StaleServices.ShouldBeNull();
    }

    private PendingLook Look()
    {
        var root = new HostRoot(_host.Path);
        return new PendingLook(_packages, _guard, root, root, _host.File("proc"), _time);
    }

    private Task<PendingStatus> ReadAsync() => Look().ReadAsync(CancellationToken.None);

    private void With(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_host.File(path))!);
        File.WriteAllText(_host.File(path), content);
    }
}
