using System.Diagnostics;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Measuring;

/// <summary>The nodeguard that people get, as `./build.sh publish` makes it.</summary>
internal static class PublishedProgram
{
    /// <returns>It runs; what it prints is the caller's to read.</returns>
    public static Process Start(IEnumerable<string> arguments)
    {
        string program = Environment.GetEnvironmentVariable("NODEGUARD_BINARY") is { Length: > 0 } path && File.Exists(path)
            ? path
            : throw new LabException("NODEGUARD_BINARY must name the published nodeguard; ./build.sh bench sets it");
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start) ?? throw new LabException($"{program} does not start");
    }
}
