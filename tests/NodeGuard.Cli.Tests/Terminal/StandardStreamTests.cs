using System.Diagnostics;
using System.Globalization;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Terminal;

/// <summary>The program as a process among others that share its output.</summary>
public sealed class StandardStreamTests
{
    private const int O_NONBLOCK = 0x800;

    [Fact]
    public async Task A_pipe_that_others_write_to_as_well_stays_blocking()
    {
        string output = await ShellAsync("\"$1\" --version; grep flags: /proc/self/fdinfo/1");

        string flags = output.Split('\n').Single(line => line.StartsWith("flags:", StringComparison.Ordinal))["flags:".Length..];
        (Convert.ToInt32(flags.Trim(), 8) & O_NONBLOCK).ShouldBe(0, output);
    }

    [Fact]
    public async Task Output_and_notes_in_one_file_do_not_write_over_each_other()
    {
        string file = Path.GetTempFileName();
        try
        {
            await ShellAsync("echo before > \"$2\"; \"$1\" --version >> \"$2\" 2>&1; \"$1\" no-such-command >> \"$2\" 2>&1; echo after >> \"$2\"", file);

            string[] lines = await File.ReadAllLinesAsync(file);
            lines[0].ShouldBe("before");
            lines[^1].ShouldBe("after");
            lines.Length.ShouldBeGreaterThan(3);
            char.IsAsciiDigit(lines[1][0]).ShouldBeTrue(string.Create(CultureInfo.InvariantCulture, $"a version was wanted in line 2: {lines[1]}"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string> ShellAsync(string script, string argument = "")
    {
        string program = Path.Combine(AppContext.BaseDirectory, "nodeguard");
        var start = new ProcessStartInfo("/bin/sh", ["-c", script, "sh", program, argument]) { RedirectStandardOutput = true };
        using Process shell = Process.Start(start)!;
        string output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return output;
    }
}
