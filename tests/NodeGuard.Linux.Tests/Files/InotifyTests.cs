using NodeGuard.Linux.Files;
using NodeGuard.Linux.Tests.Systemd.Config;
using NodeGuard.Linux.Threads;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Files;

public sealed class InotifyTests : IDisposable
{
    private readonly FixtureRoot _root = new();
    private readonly SemaphoreSlim _hints = new(0);
    private readonly Inotify _inotify;

    public InotifyTests()
    {
        _inotify = new Inotify(() => _hints.Release());
        _root.With("/watched/file", "1").With("/watched/below/file", "1").With("/elsewhere/file", "1");
        _inotify.Watch(_root.Map("/watched"));
        _inotify.Watch(_root.Map("/watched"));
        _inotify.Watch(_root.Map("/not-there"));
    }

    public void Dispose()
    {
        _inotify.Dispose();
        _inotify.Dispose();
        _hints.Dispose();
        _root.Dispose();
    }

    [Theory]
    [InlineData("write")]
    [InlineData("create")]
    [InlineData("delete")]
    [InlineData("rename")]
    [InlineData("mode")]
    [InlineData("link")]
    [InlineData("directory")]
    public async Task Every_kind_of_change_is_a_hint(string change)
    {
        string file = _root.Map("/watched/file");
        switch (change)
        {
            case "write":
                await File.WriteAllTextAsync(file, "2");
                break;
            case "create":
                await File.WriteAllTextAsync(_root.Map("/watched/new"), "2");
                break;
            case "delete":
                File.Delete(file);
                break;
            case "rename":
                File.Move(_root.Map("/elsewhere/file"), file, overwrite: true);
                break;
            case "mode":
                File.SetUnixFileMode(file, UnixFileMode.UserRead);
                break;
            case "link":
                File.CreateSymbolicLink(_root.Map("/watched/link"), "/dev/null");
                break;
            default:
                Directory.Delete(_root.Map("/watched/below"), recursive: true);
                break;
        }

        (await _hints.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue(change);
        _inotify.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task A_directory_that_went_and_came_again_is_watched_once_it_is_named_again()
    {
        Directory.Delete(_root.Map("/watched"), recursive: true);
        (await _hints.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue("it went");
        Directory.CreateDirectory(_root.Map("/watched"));
        _inotify.Watch(_root.Map("/watched"));
        while (_hints.CurrentCount > 0)
            await _hints.WaitAsync();

        await File.WriteAllTextAsync(_root.Map("/watched/new"), "2");

        (await _hints.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue("it came again");
    }

    [Fact]
    public async Task Work_that_can_wait_is_done_at_idle_priority_and_its_failure_is_told()
    {
        // proc_pid_stat(5): the policy is field 41, and the state, behind the name, is field 3.
        string stat = await IdleThread.RunAsync("idle", static () => File.ReadAllText("/proc/thread-self/stat"));

        stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[38].ShouldBe("5", "SCHED_IDLE");
        await Should.ThrowAsync<InvalidOperationException>(() => IdleThread.RunAsync<int>("idle", static () => throw new InvalidOperationException("no")));
    }
}
