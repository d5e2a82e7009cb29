using System.Text;
using NodeGuard.Core.Files;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Ways;

public sealed class NeedrestartTests
{
    private static readonly ExistingFile Ours = new(NeedrestartHold.Path, NeedrestartHold.Content);
    private static readonly ExistingFile Foreign = new(NeedrestartHold.Path, "$nrconf{restart} = 'a';\n");

    [Theory]
    [InlineData("# only comments\n#$nrconf{restart} = 'a';\n", null, 0)]
    [InlineData("$nrconf{restart} = 'a';\n", RestartMode.Restarts, 1)]
    [InlineData("\n  $nrconf{restart}='l'; # listed\n", RestartMode.Lists, 2)]
    [InlineData("$nrconf{'restart'} = \"i\";", RestartMode.Asks, 1)]
    [InlineData("$nrconf{ \"restart\" } = q(l);", RestartMode.Lists, 1)]
    [InlineData("$nrconf{restart} = 'a';\n$nrconf{restart} = 'l';\n", RestartMode.Lists, 2)]
    [InlineData("$nrconf{restart} = 'a'; $nrconf{restart} = 'l';\n", RestartMode.Unknown, 1)]
    [InlineData("$nrconf{restart} = $ENV{MODE};\n", RestartMode.Unknown, 1)]
    [InlineData("if (-e '/x') { $nrconf{restart} = 'a'; }\n", RestartMode.Unknown, 1)]
    [InlineData("$nrconf{restart_d} = '/etc/needrestart/restart.d';\n", null, 0)]
    [InlineData("print 1 if $nrconf{restart} == 'a';\n", null, 0)]
    [InlineData("__END__\n$nrconf{restart} = 'a';\n", null, 0)]
    [InlineData("", null, 0)]
    public void The_last_plain_assignment_counts_and_any_other_is_unknown(string text, RestartMode? mode, int line)
    {
        (RestartMode Mode, int Line)? read = NeedrestartConfig.Read(text);

        (read?.Mode).ShouldBe(mode);
        (read?.Line ?? 0).ShouldBe(line);
    }

    [Fact]
    public void Whatever_is_in_the_file_nothing_is_thrown_and_what_stands_last_counts()
    {
        var random = new Random(31);
        byte[] good = Encoding.UTF8.GetBytes("# Restart mode\n$nrconf{restart} = 'a';\nif (1) { $nrconf{ 'restart' } = q(i); }\n$nrconf{blacklist} = [qr(^/usr/bin/sudo(\\.dpkg-new)?$)];\n");
        for (int i = 0; i < FuzzScale.Cases(2000); i++)
        {
            byte[] bytes = [.. good];
            for (int change = random.Next(1, 8); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            string text = Encoding.UTF8.GetString(bytes, 0, random.Next(bytes.Length)).Replace("__", "", StringComparison.Ordinal);

            NeedrestartConfig.Read(text + "\n$nrconf{restart} = 'l';\n")!.Value.Mode.ShouldBe(RestartMode.Lists);
        }
    }

    /// <summary>Name, mode of the hold, its own mode, file, mark, state, written, removed.</summary>
    public static TheoryData<string, HoldMode, RestartMode, ExistingFile?, bool, HoldState, bool, bool> Rows => new()
    {
        { "restarts", HoldMode.Hold, RestartMode.Restarts, null, true, HoldState.Waiting, true, false },
        { "restarts, held", HoldMode.Hold, RestartMode.Restarts, Ours, true, HoldState.Held, false, false },
        { "restarts, without the mark", HoldMode.Hold, RestartMode.Restarts, Ours, false, HoldState.Waiting, false, false },
        { "not understood", HoldMode.Hold, RestartMode.Unknown, null, true, HoldState.Waiting, true, false },
        { "older text", HoldMode.Hold, RestartMode.Restarts, new ExistingFile(NeedrestartHold.Path, OwnFile.Marker + ".\n"), true, HoldState.Waiting, true, false },
        { "somebody else's", HoldMode.Hold, RestartMode.Restarts, Foreign, true, HoldState.ForeignDropIn, false, false },
        { "lists", HoldMode.Hold, RestartMode.Lists, null, true, HoldState.Held, false, false },
        { "asks", HoldMode.Hold, RestartMode.Asks, null, true, HoldState.Held, false, false },
        { "lists now", HoldMode.Hold, RestartMode.Lists, Ours, true, HoldState.Held, false, true },
        { "observed", HoldMode.Observe, RestartMode.Restarts, null, false, HoldState.WouldHold, false, false },
        { "observed, not understood", HoldMode.Observe, RestartMode.Unknown, null, false, HoldState.WouldHold, false, false },
        { "observed, lists", HoldMode.Observe, RestartMode.Lists, null, false, HoldState.Held, false, false },
        { "observed, held by hand", HoldMode.Observe, RestartMode.Restarts, Ours, true, HoldState.Held, false, false },
        { "off", HoldMode.Off, RestartMode.Restarts, Ours, false, HoldState.Free, false, true },
        { "off, somebody else's", HoldMode.Off, RestartMode.Restarts, Foreign, false, HoldState.Free, false, false },
        { "off, unreadable", HoldMode.Off, RestartMode.Restarts, new ExistingFile(NeedrestartHold.Path, null), false, HoldState.Unknown, false, false },
        { "released", HoldMode.Release, RestartMode.Asks, Ours, true, HoldState.Free, false, true },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void It_is_held_where_it_would_restart_by_itself(
        string name, HoldMode hold, RestartMode mode, ExistingFile? file, bool mark, HoldState state, bool written, bool removed)
    {
        WayStep step = NeedrestartHold.Plan(hold, new NeedrestartInput { Installed = true, Mode = mode, Place = "/etc/needrestart/needrestart.conf:40", File = file, MarkStands = mark });

        step.Verdict.State.ShouldBe(state, name);
        (step.Write is not null).ShouldBe(written, name);
        (step.Removal is not null).ShouldBe(removed, name);
    }

    [Fact]
    public void Where_it_is_not_only_what_is_left_of_ours_goes()
    {
        var input = new NeedrestartInput { Installed = false, Mode = RestartMode.Asks, File = Ours, MarkStands = true };

        NeedrestartHold.Plan(HoldMode.Hold, input).Removal.ShouldNotBeNull();
        NeedrestartHold.Plan(HoldMode.Observe, input).Removal.ShouldBeNull();
        NeedrestartHold.Plan(HoldMode.Hold, input with { File = Foreign }).ShouldBe(
            new WayStep(new WayVerdict(UpdateWay.Needrestart, HoldState.Absent, "needrestart is not on this host")));
    }
}
