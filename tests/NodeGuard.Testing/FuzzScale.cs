using System.Globalization;

namespace NodeGuard.Testing;

/// <summary>How many fuzz cases a test runs: its own small number times NODEGUARD_FUZZ_SCALE.</summary>
internal static class FuzzScale
{
    public static int Cases(int quick) =>
        quick * int.Parse(Environment.GetEnvironmentVariable("NODEGUARD_FUZZ_SCALE") ?? "1", CultureInfo.InvariantCulture);
}
