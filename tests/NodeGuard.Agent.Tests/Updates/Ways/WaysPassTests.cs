using NodeGuard.Agent.Updates.Ways;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Updates.Ways;

/// <summary>What installs or restarts besides the units, on a host made of files with a snapd that answers as a real one did.</summary>
public sealed class WaysPassTests : IDisposable
{
    private readonly WaysHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    [Trait("Invariant", "8")]
    public async Task Everything_is_held_and_as_before_when_let_go()
    {
        await using FakeSnapd snapd = await FakeSnapd.StartAsync(_host.SnapdSocket);
        IReadOnlyList<string> before = _host.Everything();

        WaysResult held = await _host.RunAsync(HoldMode.Hold);

        States(held).ShouldBe("apt=Held needrestart=Held snap=Held cloud-init=Free");
        held.Problems.ShouldBeEmpty();
        held.Files.Select(file => (file.Path, file.Change)).ShouldBe([(AptGate.Path, FileChange.Written), (NeedrestartHold.Path, FileChange.Written)]);
        _host.Exists(HoldMark.Path).ShouldBeTrue();
        snapd.Hold.ShouldBe("2026-11-23T10:00:00Z");
        (await _host.RunAsync(HoldMode.Hold)).Files.ShouldBeEmpty();

        WaysResult free = await _host.RunAsync(HoldMode.Off);

        States(free).ShouldBe("apt=Free needrestart=Free snap=Free cloud-init=Free");
        _host.Everything().ShouldBe(before);
        snapd.Hold.ShouldBeNull();
        Directory.EnumerateFiles(_host.StateDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task Observing_and_looking_change_nothing()
    {
        await using FakeSnapd snapd = await FakeSnapd.StartAsync(_host.SnapdSocket);
        IReadOnlyList<string> before = _host.Everything();

        States(await _host.RunAsync(HoldMode.Observe)).ShouldBe("apt=WouldHold needrestart=WouldHold snap=WouldHold cloud-init=Free");
        WaysResult planned = await _host.PlanAsync(HoldMode.Hold);

        planned.Writes.Select(write => write.Path).ShouldBe([AptGate.Path, NeedrestartHold.Path]);
        _host.Everything().ShouldBe(before);
        snapd.Settings.ShouldBe(0);
    }

    [Fact]
    public async Task The_gate_is_asked_for_and_a_person_that_released_is_heeded()
    {
        States(await _host.RunAsync(HoldMode.Hold, gate: false)).ShouldStartWith("apt=Free needrestart=Held");
        await _host.RunAsync(HoldMode.Hold);
        _host.Write(HoldFile.Released, "");

        States(await _host.RunAsync(HoldMode.Hold)).ShouldStartWith("apt=Free needrestart=Free");

        _host.Exists(HoldMark.Path).ShouldBeFalse();
        _host.Exists(AptGate.Path).ShouldBeFalse();
    }

    [Fact]
    [Trait("Invariant", "8")]
    public async Task Files_of_others_are_told_and_left()
    {
        _host.Write(AptGate.Path, "// theirs\n");
        _host.Write(NeedrestartHold.Path, "# theirs\n$nrconf{restart} = 'a';\n");

        WaysResult held = await _host.RunAsync(HoldMode.Hold);
        await _host.RunAsync(HoldMode.Release);

        States(held).ShouldStartWith("apt=ForeignDropIn needrestart=ForeignDropIn");
        held.Verdicts[0].Reason.ShouldContain(AptGate.Path);
        (await File.ReadAllTextAsync(_host.Root.Map(AptGate.Path))).ShouldBe("// theirs\n");
        (await File.ReadAllTextAsync(_host.Root.Map(NeedrestartHold.Path))).ShouldStartWith("# theirs");
    }

    [Fact]
    public async Task The_mark_is_renewed_before_it_ends_and_not_at_each_look()
    {
        await _host.RunAsync(HoldMode.Hold);
        DateTime first = File.GetLastWriteTimeUtc(_host.Root.Map(HoldMark.Path));
        _host.Time.Advance(TimeSpan.FromMinutes(10));
        await _host.RunAsync(HoldMode.Hold);
        File.GetLastWriteTimeUtc(_host.Root.Map(HoldMark.Path)).ShouldBe(first);

        _host.Time.Advance(TimeSpan.FromMinutes(50));
        await _host.RunAsync(HoldMode.Hold);

        File.GetLastWriteTimeUtc(_host.Root.Map(HoldMark.Path)).ShouldBe(first.AddHours(1));
    }

    [Fact]
    public async Task Needrestart_is_held_where_it_restarts_by_itself_only_and_the_file_that_decides_is_told()
    {
        _host.Write("/etc/needrestart/conf.d/50-site.conf", "\n$nrconf{restart} = 'l';\n");

        WaysResult lists = await _host.RunAsync(HoldMode.Hold);

        lists.Verdicts[1].ShouldBe(new WayVerdict(UpdateWay.Needrestart, HoldState.Held, "lists services and restarts none, by /etc/needrestart/conf.d/50-site.conf:2 (mode l)"));
        _host.Exists(NeedrestartHold.Path).ShouldBeFalse();
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task What_cannot_be_written_is_not_called_held_and_is_a_problem_where_it_was_asked_for_by_name()
    {
        foreach (string directory in new[] { "/etc/needrestart/conf.d", "/etc/apt/apt.conf.d" })
        {
            Directory.Delete(_host.Root.Map(directory), recursive: true);
            _host.Write(directory, "a file where a directory is wanted");
        }

        WaysResult result = await _host.RunAsync(HoldMode.Hold);

        States(result).ShouldStartWith("apt=Waiting needrestart=Free");
        result.Verdicts[1].Reason.ShouldContain("could not be written");
        result.Problems.ShouldHaveSingleItem().ShouldContain(AptGate.Path);
    }

    [Fact]
    public async Task Snapd_is_asked_seldom_told_again_before_its_hold_ends_and_at_once_when_the_wish_changes()
    {
        await using FakeSnapd snapd = await FakeSnapd.StartAsync(_host.SnapdSocket);
        await _host.RunAsync(HoldMode.Hold);
        int asked = snapd.Questions;
        _host.Time.Advance(TimeSpan.FromMinutes(1));
        await _host.RunAsync(HoldMode.Hold);
        snapd.Questions.ShouldBe(asked);

        _host.Time.Advance(TimeSpan.FromHours(11));
        await _host.RunAsync(HoldMode.Hold);
        snapd.Settings.ShouldBe(1, "more than 36 hours are left");
        _host.Time.Advance(TimeSpan.FromHours(2));
        await _host.RunAsync(HoldMode.Hold);
        (snapd.Settings, snapd.Hold).ShouldBe((2, "2026-11-23T23:01:00Z"));

        await _host.RunAsync(HoldMode.Off);
        snapd.Hold.ShouldBeNull();
    }

    [Fact]
    [Trait("Invariant", "8")]
    [Trait("Invariant", "9")]
    public async Task What_a_person_set_is_given_back_by_another_agent_than_the_one_that_held()
    {
        await using FakeSnapd snapd = await FakeSnapd.StartAsync(_host.SnapdSocket);
        snapd.Hold = "2026-11-21T12:00:00.250572252Z";
        await _host.RunAsync(HoldMode.Hold);
        snapd.Hold.ShouldBe("2026-11-23T10:00:00Z");
        _host.Forget();

        await _host.RunAsync(HoldMode.Release);

        snapd.Hold.ShouldBe("2026-11-21T12:00:00.250572252Z");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_snapd_that_refuses_is_a_problem_and_one_that_is_gone_is_unknown()
    {
        await using (FakeSnapd snapd = await FakeSnapd.StartAsync(_host.SnapdSocket))
        {
            snapd.Refuses = true;
            WaysResult refused = await _host.RunAsync(HoldMode.Hold);
            refused.Verdicts[2].State.ShouldBe(HoldState.Waiting);
            refused.Problems.ShouldHaveSingleItem().ShouldContain("Run configure hook");
            snapd.Refuses = false;
            (await _host.RunAsync(HoldMode.Hold)).Problems.ShouldBeEmpty("asked again at the next look");
        }

        await File.WriteAllTextAsync(_host.SnapdSocket, "a socket that nobody listens at");
        _host.Forget();
        WaysResult gone = await _host.RunAsync(HoldMode.Off);

        gone.Verdicts[2].State.ShouldBe(HoldState.Unknown);
        gone.Problems.ShouldHaveSingleItem().ShouldContain("ends by itself within two days");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task Without_its_note_snapd_is_left_alone()
    {
        await using FakeSnapd snapd = await FakeSnapd.StartAsync(_host.SnapdSocket);
        await _host.RunAsync(HoldMode.Hold);
        string note = Directory.EnumerateFiles(_host.StateDirectory).ShouldHaveSingleItem();
        await File.WriteAllTextAsync(note, "{\"ours\":");
        _host.Forget();

        WaysResult result = await _host.RunAsync(HoldMode.Off);

        result.Problems.ShouldHaveSingleItem().ShouldContain(note);
        snapd.Hold.ShouldBe("2026-11-23T10:00:00Z");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_container_that_does_not_see_what_the_cloud_gave_says_so()
    {
        Directory.Delete(_host.Root.Map("/var"), recursive: true);

        WayVerdict verdict = (await _host.RunAsync(HoldMode.Hold)).Verdicts[3];

        verdict.State.ShouldBe(HoldState.Unknown);
        verdict.Reason.ShouldContain("/var/lib");
    }

    [Fact]
    public async Task What_cloud_init_is_told_by_its_cloud_is_found_through_its_link_and_whether_it_has_done_so()
    {
        Directory.Move(_host.Root.Map("/var/lib/cloud/instance"), _host.Root.Map("/var/lib/cloud/i-1"));
        File.CreateSymbolicLink(_host.Root.Map("/var/lib/cloud/instance"), "/var/lib/cloud/i-1");
        _host.Write("/var/lib/cloud/i-1/sem/config_package_update_upgrade_install", "");

        WayVerdict verdict = (await _host.RunAsync(HoldMode.Hold)).Verdicts[3];

        verdict.State.ShouldBe(HoldState.Free);
        verdict.Reason.ShouldContain("/var/lib/cloud/i-1/cloud-config.txt says package_upgrade; it has done so");
    }

    [Fact]
    public async Task A_host_without_any_of_them_has_nothing_to_hold()
    {
        foreach (string path in new[] { "/usr", "/etc", "/var" })
        {
            Directory.Delete(_host.Root.Map(path), recursive: true);
        }

        WaysResult result = await _host.RunAsync(HoldMode.Hold);

        States(result).ShouldBe("apt=Absent needrestart=Absent snap=Absent cloud-init=Absent");
        result.Files.ShouldBeEmpty();
    }

    private static string States(WaysResult result) => string.Join(' ', result.Verdicts.Select(way => $"{WayText.NameOf(way.Way)}={way.State}"));
}
