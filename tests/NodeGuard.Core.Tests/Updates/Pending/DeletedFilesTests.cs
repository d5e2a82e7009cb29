using NodeGuard.Core.Updates.Pending;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Pending;

public sealed class DeletedFilesTests
{
    private const string Maps = """
        55d0c8a00000-55d0c8a2a000 r--p 00000000 fe:00 1234                       /usr/sbin/sshd
        7f1a00000000-7f1a00021000 rw-p 00000000 00:00 0
        7f1a10000000-7f1a10028000 r--p 00000000 fe:00 99                         /usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)
        7f1a10028000-7f1a101bd000 r-xp 00028000 fe:00 99                         /usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)
        7f1a101bd000-7f1a10215000 r-xp 001bd000 fe:00 99                         /usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)
        7f1a20000000-7f1a20001000 rwxp 00000000 00:01 5                          /memfd:doublemapper (deleted)
        7f1a30000000-7f1a30001000 r-xp 00000000 00:01 6                          /tmp/x.so (deleted)
        7ffd00000000-7ffd00001000 r-xp 00000000 00:00 0                          [vdso]
        """;

    [Fact]
    public void Code_of_the_system_that_is_gone_from_the_disk_is_found_once() =>
        DeletedFiles.In(Maps).ShouldBe(["/usr/lib/x86_64-linux-gnu/libc.so.6"]);

    [Theory]
    [InlineData("0::/system.slice/ssh.service", "ssh.service")]
    [InlineData("12:cpu:/x\n1:name=systemd:/system.slice/cron.service", "cron.service")]
    [InlineData("0::/user.slice/user-0.slice/session-1.scope", "session-1.scope")]
    [InlineData("0::/user.slice/user-0.slice/user@0.service/app.slice/dbus.service", "user@0.service")]
    [InlineData("0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-abc.scope", null)]
    [InlineData("0::/", null)]
    [InlineData("", null)]
    public void A_process_belongs_to_its_unit(string cgroup, string? unit) => DeletedFiles.UnitOf(cgroup).ShouldBe(unit);

    [Fact]
    public void Whatever_the_files_hold_nothing_is_thrown()
    {
        var random = new Random(14);
        for (var i = 0; i < FuzzScale.Cases(2000); i++)
        {
            var text = Maps.ToCharArray();
            for (var change = random.Next(1, 30); change > 0; change--)
                text[random.Next(text.Length)] = (char)random.Next(1, 128);
            var cut = text.AsSpan(0, random.Next(text.Length));

            DeletedFiles.In(cut).ShouldAllBe(path => path.StartsWith('/'));
            DeletedFiles.UnitOf(cut);
        }
    }
}
