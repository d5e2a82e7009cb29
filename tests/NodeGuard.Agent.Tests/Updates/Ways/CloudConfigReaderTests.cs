using System.Text;
using NodeGuard.Agent.Updates.Ways;
using NodeGuard.Core.Updates.Ways;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Updates.Ways;

public sealed class CloudConfigReaderTests
{
    private const string Good =
        """
        #cloud-config
        users:
        - default
        - {name: me, groups: [sudo, "adm"]}
        package_upgrade: true
        packages:
        - htop
        - [libpython3-dev, 3.8]
        runcmd:
        - [sh, -c, "echo package_reboot_if_required: true"]

        """;

    [Theory]
    [InlineData("package_upgrade: true\npackage_update: false\n", "package_update=False package_upgrade=True")]
    [InlineData("apt_upgrade: yes\napt_reboot_if_required: On\n", "package_reboot_if_required=True package_upgrade=True")]
    [InlineData("package_upgrade: 'true'\n", "package_upgrade=True")]
    [InlineData("package_upgrade: no\npackage_upgrade: 1\n", "package_upgrade=True")]
    [InlineData("packages: []\n", "packages=False")]
    [InlineData("packages:\n", "packages=False")]
    [InlineData("packages: [[vim, '1']]\n", "packages=True")]
    [InlineData("packages: {snap: [lxd]}\n", "packages=True")]
    [InlineData("other: {package_upgrade: true}\nlist: [packages]\n", "")]
    [InlineData("", "")]
    [InlineData("# nothing\n", "")]
    [InlineData("---\n...\n", "")]
    [InlineData(Good, "package_upgrade=True packages=True")]
    public void What_the_top_says_of_packages_is_read(string text, string says)
    {
        CloudConfigFile file = CloudConfigReader.Read("/etc/cloud/cloud.cfg", text);

        file.Problem.ShouldBeNull();
        string.Join(' ', file.Says.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key}={each.Value}")).ShouldBe(says);
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("- a list\n")]
    [InlineData("a text\n")]
    [InlineData("{a: b\n")]
    [InlineData("package_upgrade: true\n  wrong: [\n")]
    [InlineData("a: &x [1]\npackages: *x\n")]
    [InlineData("a: &x {packages: [vim]}\n<<: *x\n")]
    [InlineData("{% if v1.distro == 'debian' %}\npackage_upgrade: true\n{% endif %}\n")]
    public void What_cannot_be_understood_is_a_problem_that_names_the_file(string text) =>
        CloudConfigReader.Read("/etc/cloud/cloud.cfg", text).Problem.ShouldNotBeNull().ShouldContain("/etc/cloud/cloud.cfg");

    [Fact]
    public void Depth_is_bounded() =>
        CloudConfigReader.Read("/x", "a: " + new string('[', 5000) + new string(']', 5000)).Problem.ShouldNotBeNull();

    [Fact]
    public void Whatever_is_in_the_file_nothing_is_thrown_and_what_is_read_is_of_the_known_keys()
    {
        var random = new Random(34);
        for (int i = 0; i < FuzzScale.Cases(2000); i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(Good);
            for (int change = random.Next(1, 8); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            CloudConfigFile file = CloudConfigReader.Read("/x", Encoding.UTF8.GetString(bytes, 0, random.Next(bytes.Length)));

            file.Says.Keys.ShouldBeSubsetOf(CloudInitPackages.Keys.Values);
        }
    }
}
