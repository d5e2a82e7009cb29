using System.Diagnostics;
using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Deploy;

/// <summary>deploy/systemd/nodeguard-agent.service, as systemd itself sees it.</summary>
public sealed class AgentUnitTests
{
    private static readonly string Unit = Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "deploy", "systemd", "nodeguard-agent.service"));

    [Fact]
    public void ItsExposureIsAtMostFour()
    {
        var (exit, output) = Analyze("security", "--offline=yes", "--threshold=40", "--no-pager", Unit);

        exit.ShouldBe(0, output);
        output.ShouldContain("Overall exposure level");
    }

    [Fact]
    public void SystemdKnowsEverySettingInIt()
    {
        var directory = Directory.CreateTempSubdirectory("nodeguard-unit-");
        try
        {
            // The program need not be installed where the tests run.
            var copy = Path.Combine(directory.FullName, "nodeguard-agent.service");
            File.WriteAllText(copy, File.ReadAllText(Unit).Replace("/usr/local/bin/nodeguard", "/bin/true", StringComparison.Ordinal));

            var (exit, output) = Analyze("verify", "--man=no", copy);

            exit.ShouldBe(0, output);
            output.Split('\n').ShouldNotContain(line => line.Contains("nodeguard-agent", StringComparison.Ordinal), output);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void ItStartsBeforeNetworkdAndWaitsForNothingThatMayWaitForNetworkd()
    {
        var ordering = File.ReadAllLines(Unit)
            .Where(line => line.StartsWith("After=", StringComparison.Ordinal)).SelectMany(line => line[6..].Split(' ')).ToList();

        File.ReadAllText(Unit).ShouldContain("\nBefore=systemd-networkd.service ");
        File.ReadAllText(Unit).ShouldContain("\nDefaultDependencies=no\n");
        ordering.ShouldBe(["local-fs.target", "systemd-tmpfiles-setup.service", "systemd-networkd.socket"], ignoreOrder: true);
    }

    private static (int Exit, string Output) Analyze(params string[] arguments)
    {
        var start = new ProcessStartInfo("systemd-analyze") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)
            ?? throw new InvalidOperationException("systemd-analyze could not be started; install the Debian package systemd.");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
