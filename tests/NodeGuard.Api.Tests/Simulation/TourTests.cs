using System.Diagnostics;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Simulation;

/// <summary>README.md's tour of the sandbox, as somebody would paste it.</summary>
public sealed class TourTests : IDisposable
{
    // Where nothing is published yet, the first line does that.
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(15);
    private readonly string _home = Directory.CreateTempSubdirectory("nodeguard-tour-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task TheTourInTheReadmeWorksByCopyAndPaste()
    {
        string root = Root();
        string[] lines = Tour(await File.ReadAllTextAsync(Path.Combine(root, "README.md")));
        lines.Length.ShouldBe(5);
        string script = string.Join('\n', (string[])["trap 'kill \"$NODEGUARD_SANDBOX_PID\"' EXIT", "set -ex", .. lines]);
        (int code, string output, string errors) = await RunAsync(root, script);
        code.ShouldBe(0, errors);
        output.Split('\n').Count(line => line.StartsWith("node-", StringComparison.Ordinal) && line.Contains(" Ready ", StringComparison.Ordinal))
            .ShouldBe(3, output);
        output.ShouldContain("web-");
        output.ShouldContain("log-agent-");
        (output + errors).ShouldContain("uncordoned");
    }

    private static string[] Tour(string readme)
    {
        string section = readme.Split("## Try it on a cluster")[1];
        return section.Split("```sh\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Root()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "build.sh")))
        {
            directory = directory.Parent;
        }

        return directory.ShouldNotBeNull("the tests run from a checkout").FullName;
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(string root, string script)
    {
        var start = new ProcessStartInfo("/bin/bash")
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        start.Environment["HOME"] = _home;
        start.Environment.Remove("KUBECONFIG");
        if (Path.GetDirectoryName(Environment.GetEnvironmentVariable("NODEGUARD_KUBECTL")) is { Length: > 0 } tools)
        {
            start.Environment["PATH"] = $"{tools}:{start.Environment["PATH"]}";
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"the tour has not ended: {await errors}");
        }

        return (process.ExitCode, await output, await errors);
    }
}
