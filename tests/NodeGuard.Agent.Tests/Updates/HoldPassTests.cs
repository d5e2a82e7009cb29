using NodeGuard.Agent.Updates;
using NodeGuard.Core.Updates;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Updates;

/// <summary>One look at the units that install updates, on a host made of files.</summary>
public sealed class HoldPassTests : IDisposable
{
    private readonly FilesHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_systemd_that_does_not_see_the_new_drop_in_is_told_to_read_it()
    {
        _host.IsOld = true;

        StateOf(await RunAsync(HoldMode.Hold)).ShouldBe(HoldState.Held);
        StateOf(await RunAsync(HoldMode.Release)).ShouldBe(HoldState.Free);
    }

    [Fact]
    public async Task Holding_writes_one_drop_in_has_it_read_and_then_changes_nothing()
    {
        HoldResult first = await RunAsync(HoldMode.Hold);
        HoldResult second = await RunAsync(HoldMode.Hold);

        StateOf(first).ShouldBe(HoldState.Held);
        first.Files.ShouldHaveSingleItem().Path.ShouldBe(FilesHost.Runtime);
        first.Reloaded.ShouldBeTrue();
        StateOf(second).ShouldBe(HoldState.Held);
        second.Files.ShouldBeEmpty();
        _host.Reloads.ShouldBe(1);
    }

    [Fact]
    [Trait("Invariant", "8")]
    public async Task A_drop_in_that_a_crash_left_unread_is_read_after_it()
    {
        _host.Life = 1;
        await Should.ThrowAsync<OperationCanceledException>(() => RunAsync(HoldMode.Hold));
        _host.Exists(FilesHost.Runtime).ShouldBeTrue();
        _host.Life = null;

        StateOf(await RunAsync(HoldMode.Hold)).ShouldBe(HoldState.Held);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task Without_systemd_the_drop_in_is_written_and_not_called_held()
    {
        _host.IsSilent = true;

        HoldResult result = await RunAsync(HoldMode.Hold);

        StateOf(result).ShouldBe(HoldState.Unknown);
        result.IsUnfinished.ShouldBeTrue();
        _host.Exists(FilesHost.Runtime).ShouldBeTrue();
        _host.IsSilent = false;
        StateOf(await RunAsync(HoldMode.Hold)).ShouldBe(HoldState.Held);
    }

    [Fact]
    public async Task Observing_writes_nothing_and_takes_nothing_away()
    {
        StateOf(await RunAsync(HoldMode.Observe)).ShouldBe(HoldState.WouldHold);
        await RunAsync(HoldMode.Hold);

        StateOf(await RunAsync(HoldMode.Observe)).ShouldBe(HoldState.Held);
        _host.Exists(FilesHost.Runtime).ShouldBeTrue();
    }

    [Fact]
    public async Task A_release_by_a_person_is_heeded_until_it_is_withdrawn()
    {
        await RunAsync(HoldMode.Hold);
        _host.Write(HoldFile.Released, "");

        StateOf(await RunAsync(HoldMode.Hold)).ShouldBe(HoldState.Free);
        _host.Exists(FilesHost.Runtime).ShouldBeFalse();
        _host.Delete(HoldFile.Released);
        StateOf(await RunAsync(HoldMode.Hold)).ShouldBe(HoldState.Held);
    }

    [Fact]
    public async Task Units_that_appear_later_are_held_and_those_no_longer_named_are_let_go()
    {
        string[] both = [FilesHost.Unit, "dnf-automatic*.service"];
        await RunAsync(HoldMode.Hold, units: both);
        _host.Write("/usr/lib/systemd/system/dnf-automatic-install.service", "[Service]\n");

        HoldResult more = await RunAsync(HoldMode.Hold, units: both);
        HoldResult less = await RunAsync(HoldMode.Hold, units: ["dnf-automatic*.service"]);

        more.Files.ShouldHaveSingleItem().Path.ShouldBe("/run/systemd/system/dnf-automatic-install.service.d/zz-nodeguard.conf");
        less.Files.ShouldHaveSingleItem().ShouldBe(new FileOutcome(FilesHost.Runtime, FileChange.Removed));
        less.Verdicts.Single(verdict => verdict.Unit.Unit == FilesHost.Unit).State.ShouldBe(HoldState.Free);
    }

    [Fact]
    public async Task A_unit_that_runs_is_told_and_only_its_next_start_is_held()
    {
        _host.ActiveState = "activating";

        StateOf(await RunAsync(HoldMode.Hold)).ShouldBe(HoldState.Running);
        _host.ActiveState = "inactive";
        StateOf(await RunAsync(HoldMode.Hold)).ShouldBe(HoldState.Held);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_cannot_be_written_is_a_problem_that_names_it(bool persistent)
    {
        // A file where the directory should be: not even root gets past it.
        _host.Write($"{(persistent ? "/etc" : "/run")}/systemd/system/{FilesHost.Unit}.d", "");

        HoldResult result = await RunAsync(HoldMode.Hold, persistent);

        StateOf(result).ShouldNotBe(HoldState.Held);
        result.Problems.ShouldHaveSingleItem().ShouldContain(persistent ? FilesHost.Persistent : FilesHost.Runtime);
    }

    /// <summary>Whatever was wished, killed, edited and restarted before: a release leaves what others wrote, and nothing else.</summary>
    [Fact]
    [Trait("Invariant", "8")]
    [Trait("Invariant", "9")]
    public async Task After_any_crash_a_release_leaves_the_host_as_others_made_it()
    {
        for (int seed = 0; seed < FuzzScale.Cases(200); seed++)
        {
            using var host = new FilesHost { IsOld = seed % 2 == 0 };
            var random = new Random(seed);
            for (int step = random.Next(1, 12); step > 0; step--)
            {
                await StepAsync(host, random);
            }

            host.IsSilent = false;
            host.Life = null;
            var wish = new HoldWish(HoldMode.Release, random.Next(2) == 0, [FilesHost.Unit]);
            await host.Pass.RunAsync(wish, CancellationToken.None);
            HoldResult again = await host.Pass.RunAsync(wish, CancellationToken.None);

            again.Files.ShouldBeEmpty($"seed {seed}");
            again.Verdicts.ShouldHaveSingleItem().State.ShouldBe(HoldState.Free, $"seed {seed}");
            host.Everything().ShouldNotContain(line => line.Contains("Written by NodeGuard", StringComparison.Ordinal), $"seed {seed}");
            host.Everything().ShouldNotContain(line => line.Contains(".tmp", StringComparison.Ordinal), $"seed {seed}");
            foreach (string path in s_foreign)
            {
                host.Exists(path).ShouldBe(host.Written.Contains(path), $"seed {seed}: {path}");
            }
        }
    }

    private static readonly string[] s_foreign =
    [
        $"/etc/systemd/system/{FilesHost.Unit}.d/override.conf",
        $"/run/systemd/system/{FilesHost.Unit}.d/zzz.conf",
    ];

    private static async Task StepAsync(FilesHost host, Random random)
    {
        host.IsSilent = random.Next(5) == 0;
        host.Life = random.Next(3) == 0 ? random.Next(4) : null;
        switch (random.Next(6))
        {
            case 0:
                string path = s_foreign[random.Next(s_foreign.Length)];
                host.Write(path, "[Unit]\nConditionPathExists=\n");
                host.Written.Add(path);
                return;
            case 1:
                string half = (random.Next(2) == 0 ? FilesHost.Runtime : FilesHost.Persistent).Replace("zz-nodeguard.conf", ".zz-nodeguard.conf.tmp", StringComparison.Ordinal);
                host.Write(half, "# Writ");
                return;
            case 2:
                host.TakeIn();
                return;
            default:
                HoldMode mode = Enum.GetValues<HoldMode>()[random.Next(4)];
                try
                {
                    await host.Pass.RunAsync(new HoldWish(mode, random.Next(2) == 0, random.Next(4) == 0 ? [] : [FilesHost.Unit]), CancellationToken.None);
                }
                catch (OperationCanceledException)
                {
                    // It died there.
                }

                return;
        }
    }

    private Task<HoldResult> RunAsync(HoldMode mode, bool persistent = false, string[]? units = null) =>
        _host.Pass.RunAsync(new HoldWish(mode, persistent, units ?? [FilesHost.Unit]), CancellationToken.None);

    private static HoldState StateOf(HoldResult result) => result.Verdicts.ShouldHaveSingleItem().State;
}
