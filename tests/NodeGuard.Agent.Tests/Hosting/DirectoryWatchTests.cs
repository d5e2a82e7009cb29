using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Hosting;

public sealed class DirectoryWatchTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();
    private readonly SemaphoreSlim _hints = new(0);
    private readonly DirectoryWatch _watch;

    public DirectoryWatchTests()
    {
        Directory.CreateDirectory(_root.File("units/some.service.d"));
        Directory.CreateDirectory(_root.File("store"));
        // On some distributions the directory itself is a link, absolute as the host sees it.
        Directory.CreateSymbolicLink(_root.File("linked"), "/store");
        _watch = new DirectoryWatch(new HostRoot(_root.Path), ["/units", "/later", "/linked"], () => _hints.Release());
        _watch.Renew();
    }

    public void Dispose()
    {
        _watch.Dispose();
        _hints.Dispose();
        _root.Dispose();
    }

    [Theory]
    [InlineData("units/some.service")]
    [InlineData("units/some.service.d/drop-in.conf")]
    [InlineData("units/other.service.d/")]
    [InlineData("store/some.service")]
    public async Task What_comes_is_a_hint(string name)
    {
        Make(name);

        await HintedAsync(name);
    }

    [Fact]
    public async Task What_has_come_is_watched_from_the_next_look_on()
    {
        Make("units/other.service.d/");
        Make("later/");
        await HintedAsync("a directory");
        _watch.Renew();
        Forget();

        Make("units/other.service.d/drop-in.conf");
        await HintedAsync("a file in the new directory");
        Forget();
        Make("later/some.service");
        await HintedAsync("a file in a directory that was not there");
    }

    private void Make(string name)
    {
        string path = _root.File(name);
        if (name.EndsWith('/'))
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            // Renamed into place, as systemd's own files and ours are: one event for each file.
            File.WriteAllText(_root.File("new"), "");
            File.Move(_root.File("new"), path);
        }
    }

    private async Task HintedAsync(string what) => (await _hints.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue(what);

    private void Forget()
    {
        while (_hints.Wait(0))
        {
        }
    }
}
