using System.Text;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Ways;

/// <summary>Answers as snapd 2.57.6 of Debian 12 gave them.</summary>
public sealed class SnapAnswerTests
{
    private const string Set = """{"type":"sync","status-code":200,"status":"OK","result":{"refresh.hold":"2026-11-22T21:45:22.250572252Z"}}""";

    private const string Unset =
        """{"type":"error","status-code":400,"status":"Bad Request","result":{"message":"snap \"core\" has no \"refresh.hold\" configuration option","kind":"option-not-found","value":{"SnapName":"core","Key":"refresh.hold"}}}""";

    private const string Failed =
        """{"type":"error","status-code":500,"status":"Internal Server Error","result":{"message":"cannot get hostname (pretty): \n-----\nSystem has not been booted"}}""";

    private const string Accepted = """{"type":"async","status-code":202,"status":"Accepted","result":null,"change":"2"}""";

    private const string Done =
        """{"type":"sync","status-code":200,"status":"OK","result":{"id":"2","kind":"configure-snap","summary":"Change configuration of \"core\" snap","status":"Done","ready":true}}""";

    private const string Doing = """{"type":"sync","status-code":200,"status":"OK","result":{"id":"2","kind":"configure-snap","status":"Doing","ready":false}}""";

    private const string Broken =
        """{"type":"sync","status-code":200,"status":"OK","result":{"id":"5","kind":"configure-snap","status":"Error","ready":true,"err":"cannot perform the following tasks:\n- Run configure hook of \"core\" snap"}}""";

    [Fact]
    public void A_hold_is_set_or_not_and_any_other_answer_is_unknown()
    {
        SnapAnswer.Hold(Bytes(Set)).ShouldBe(new SnapLook.Known("2026-11-22T21:45:22.250572252Z"));
        SnapAnswer.Hold(Bytes(Unset)).ShouldBe(new SnapLook.Known(null));
        SnapAnswer.Hold(Bytes(Failed)).ShouldBeOfType<SnapLook.Unknown>().Problem.ShouldBe("snapd says: cannot get hostname (pretty): ?-----?System has not been booted");
        foreach (string other in new[] { "", "[]", "7", "{}", "{\"result\":7}", "{\"result\":{\"refresh.hold\":7}}", "<html>", "{\"result\":{\"refresh.hold\":\"\"}}" })
            SnapAnswer.Hold(Bytes(other)).ShouldBeOfType<SnapLook.Unknown>(other);
    }

    [Fact]
    public void A_setting_is_a_change_that_ends_well_or_not()
    {
        SnapAnswer.Accepted(Bytes(Accepted)).ShouldBe(("2", null));
        SnapAnswer.Accepted(Bytes(Failed)).Problem!.ShouldContain("cannot get hostname");
        SnapAnswer.Accepted(Bytes("""{"result":null,"change":"../../x"}""")).Change.ShouldBeNull();
        SnapAnswer.Ended(Bytes(Doing)).ShouldBe((false, null));
        SnapAnswer.Ended(Bytes(Done)).ShouldBe((true, null));
        SnapAnswer.Ended(Bytes(Broken)).Problem!.ShouldContain("Run configure hook");
        SnapAnswer.Ended(Bytes("nothing")).Problem.ShouldNotBeNull();
    }

    [Fact]
    public void Whatever_answers_nothing_is_thrown()
    {
        var random = new Random(33);
        string[] all = [Set, Unset, Failed, Accepted, Done, Doing, Broken];
        for (int i = 0; i < FuzzScale.Cases(3000); i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(all[i % all.Length]);
            for (int change = random.Next(1, 6); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            ReadOnlyMemory<byte> cut = bytes.AsMemory(0, random.Next(3) == 0 ? random.Next(bytes.Length) : bytes.Length);

            SnapLook look = SnapAnswer.Hold(cut);
            (string? change1, string? problem) = SnapAnswer.Accepted(cut);
            SnapAnswer.Ended(cut);

            (look is SnapLook.Known or SnapLook.Unknown { Problem.Length: > 0 and < 400 }).ShouldBeTrue();
            (change1 is null).ShouldBe(problem is not null);
        }
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
