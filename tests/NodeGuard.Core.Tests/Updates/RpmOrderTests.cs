using System.Diagnostics;
using System.Text;
using NodeGuard.Core.Updates;
using NodeGuard.Testing;
using Shouldly;
using Xunit.Abstractions;

namespace NodeGuard.Core.Tests.Updates;

/// <summary>The order of versions against the rpm of this machine (Debian's package "rpm" has it).</summary>
public sealed class RpmOrderTests(ITestOutputHelper output)
{
    // No backslash, quote or percent sign: rpm's macros and Lua leave these as they are.
    private const string Signs = "0011259abzAZ.+_~^";

    [VerifyFact]
    public void The_order_is_rpms_on_200000_generated_pairs()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        int[] seen = new int[3];
        for (var i = 0; i < 40; i++)
        {
            List<(string Left, string Right)> pairs = [.. Enumerable.Range(0, 5000).Select(_ => Pair(random))];
            var orders = Rpm(pairs);
            for (var j = 0; j < pairs.Count; j++)
            {
                RpmVersion.Compare(pairs[j].Left, pairs[j].Right).ShouldBe(orders[j], pairs[j].ToString());
                seen[orders[j] + 1]++;
            }
        }

        output.WriteLine($"older {seen[0]}, equal {seen[1]}, newer {seen[2]}");
        seen.ShouldAllBe(count => count > 2000);
    }

    private static (string Left, string Right) Pair(Random random)
    {
        var left = Version(random);
        if (random.Next(8) == 0)
            return (left, Version(random));
        var at = random.Next(left.Length);
        var sign = Signs[random.Next(Signs.Length)].ToString();
        return (left, random.Next(3) switch
        {
            0 => left.Insert(at, sign),
            1 when left.Length > 1 => left.Remove(at, 1),
            _ => left.Remove(at, 1).Insert(at, sign),
        });
    }

    private static string Version(Random random) =>
        string.Concat(Enumerable.Range(0, 1 + random.Next(9)).Select(_ => Signs[random.Next(Signs.Length)]));

    private static int[] Rpm(List<(string Left, string Right)> pairs)
    {
        var script = Path.GetTempFileName();
        try
        {
            var text = new StringBuilder("local t={}\n");
            foreach (var (left, right) in pairs)
                text.Append("t[#t+1]=rpm.vercmp(\"").Append(left).Append("\",\"").Append(right).Append("\")\n");
            File.WriteAllText(script, text.Append("print(table.concat(t,\" \"))\n").ToString());
            var start = new ProcessStartInfo("rpm", ["--eval", $"%{{lua:dofile(\"{script}\")}}"]) { RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            var said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            process.ExitCode.ShouldBe(0);
            return [.. said.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        }
        finally
        {
            File.Delete(script);
        }
    }
}
