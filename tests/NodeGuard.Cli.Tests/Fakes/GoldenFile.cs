using System.Runtime.CompilerServices;
using Shouldly;

namespace NodeGuard.Cli.Tests.Fakes;

/// <summary>
/// Expected output in Golden/. With NODEGUARD_UPDATE_GOLDEN=1 the files are written instead of compared, for a person
/// to review.
/// </summary>
internal static class GoldenFile
{
    public static void ShouldHold(string name, string actual, [CallerFilePath] string caller = "")
    {
        if (Environment.GetEnvironmentVariable("NODEGUARD_UPDATE_GOLDEN") == "1")
        {
            var source = Path.Combine(Path.GetDirectoryName(caller)!, "..", "Golden", name);
            File.WriteAllText(source, actual);
            return;
        }

        actual.ShouldBe(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", name)), $"differs from Golden/{name}");
    }
}
