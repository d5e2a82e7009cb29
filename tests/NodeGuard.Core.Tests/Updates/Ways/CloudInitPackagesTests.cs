using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Ways;

public sealed class CloudInitPackagesTests
{
    private static readonly CloudConfigFile Image = File("/etc/cloud/cloud.cfg", ("package_upgrade", true));

    [Fact]
    public void What_is_said_is_told_with_the_file_that_says_it()
    {
        WayVerdict verdict = Judge(Image, File("/var/lib/cloud/instance/cloud-config.txt", ("packages", true)));

        verdict.State.ShouldBe(HoldState.Free);
        verdict.Reason.ShouldContain("/etc/cloud/cloud.cfg says package_upgrade, /var/lib/cloud/instance/cloud-config.txt says packages");
    }

    [Fact]
    public void What_a_later_file_takes_back_does_not_count()
    {
        Judge(Image, File("/etc/cloud/cloud.cfg.d/99.cfg", ("package_upgrade", false))).State.ShouldBe(HoldState.Absent);
        Judge(File("/etc/cloud/cloud.cfg.d/99.cfg", ("package_upgrade", false)), Image).State.ShouldBe(HoldState.Free);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void A_file_that_cannot_be_read_makes_it_unknown_and_what_is_known_is_told_too()
    {
        WayVerdict verdict = Judge(Image, new CloudConfigFile("/etc/cloud/cloud.cfg.d/50.cfg", new Dictionary<string, bool>(), "no rights"));

        verdict.State.ShouldBe(HoldState.Unknown);
        verdict.Reason.ShouldContain("no rights");
        verdict.Reason.ShouldContain("package_upgrade");
    }

    [Fact]
    public void It_does_so_once_for_each_instance()
    {
        CloudInitPackages.Judge(new CloudInitInput(true, [Image], Done: true)).Reason.ShouldEndWith("it has done so for this instance");
        CloudInitPackages.Judge(new CloudInitInput(false, [Image], Done: false)).State.ShouldBe(HoldState.Absent);
        Judge().State.ShouldBe(HoldState.Absent);
    }

    private static WayVerdict Judge(params CloudConfigFile[] files) => CloudInitPackages.Judge(new CloudInitInput(true, files, Done: false));

    private static CloudConfigFile File(string path, params (string Key, bool Value)[] says) =>
        new(path, says.ToDictionary(static each => each.Key, static each => each.Value, StringComparer.Ordinal), null);
}
