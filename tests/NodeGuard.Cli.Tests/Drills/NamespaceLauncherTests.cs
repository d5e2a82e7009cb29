using NodeGuard.Cli.Drills;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Drills;

public sealed class NamespaceLauncherTests
{
    [Fact]
    public async Task A_missing_unshare_is_named_with_the_package_that_has_it()
    {
        var failure = await Should.ThrowAsync<DrillException>(
            new NamespaceLauncher("/nonexistent/unshare").RunAsync("true", [], CancellationToken.None));

        failure.Message.ShouldContain("util-linux");
    }

    [Fact]
    public async Task Refused_namespaces_are_told_with_what_to_do()
    {
        var failure = await Should.ThrowAsync<DrillException>(
            new NamespaceLauncher("false").RunAsync("true", [], CancellationToken.None));

        failure.Message.ShouldContain("run as root");
    }

    [Fact]
    public async Task The_programs_exit_status_comes_back()
    {
        using var script = new TemporaryScript("#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"\n");

        (await new NamespaceLauncher(script.Path).RunAsync("sh", ["-c", "exit 7"], CancellationToken.None)).ShouldBe(7);
    }

    [Fact]
    public async Task Cancelling_ends_the_program()
    {
        using var script = new TemporaryScript("#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"\n");
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Should.ThrowAsync<OperationCanceledException>(new NamespaceLauncher(script.Path).RunAsync("sleep", ["600"], soon.Token));
    }

    private sealed class TemporaryScript : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("nodeguard-cli-");

        public TemporaryScript(string text)
        {
            File.WriteAllText(Path, text);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        public string Path => System.IO.Path.Combine(_directory.FullName, "unshare");

        public void Dispose() => _directory.Delete(recursive: true);
    }
}
