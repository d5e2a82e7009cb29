using System.Diagnostics;
using System.Text.Json;
using NodeGuard.Cli.Drills;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Drills;

/// <summary>The program itself, in namespaces, with the agent's own guard.</summary>
[Trait("Needs", "root")]
public sealed class SandboxDrillTests
{
    [Trait("Invariant", "2")]
    [Fact]
    public async Task The_sandbox_loses_everything_unguarded_and_nothing_guarded()
    {
        var (code, output, error) = await RunAsync("drill", "flush", "--sandbox", "-o", "json");

        code.ShouldBe(ExitCodes.Ok, error);
        using var report = JsonDocument.Parse(output);
        var passes = report.RootElement.GetProperty("passes").EnumerateArray().ToList();
        passes.Select(static pass => pass.GetProperty("guarded").GetBoolean()).ShouldBe([false, true]);
        passes.Select(static pass => pass.GetProperty("before").GetProperty("total").GetInt32()).ShouldBe([500, 500]);
        passes.Select(static pass => pass.GetProperty("seen").GetProperty("deleted").GetProperty("total").GetInt32()).ShouldBe([500, 500]);
        passes.Select(static pass => pass.GetProperty("missing").GetProperty("total").GetInt32()).ShouldBe([500, 0]);
    }

    [Fact]
    public async Task The_inside_of_the_sandbox_refuses_to_run_on_a_network_in_use()
    {
        if (KernelObjects.Read().Count == 0)
            Assert.Fail("this test wants a network namespace with an address, and this one has none");

        var (code, _, error) = await RunAsync("drill", "sandbox-child");

        code.ShouldBe(ExitCodes.Failed);
        error.ShouldContain("is no sandbox");
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "nodeguard"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
