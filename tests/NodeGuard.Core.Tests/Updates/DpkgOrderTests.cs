using System.Diagnostics;
using System.Globalization;
using System.Text;
using NodeGuard.Core.Updates;
using NodeGuard.Testing;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Core.Tests.Updates;

/// <summary>The order of versions against the dpkg of this machine.</summary>
public sealed class DpkgOrderTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-dpkg-").FullName;

    /// <summary>
    /// `dpkg --merge-avail` takes over an entry unless it is older than the one it has, by the comparison behind
    /// --compare-versions: one process answers all pairs, once from each side.
    /// </summary>
    [Fact]
    public void The_order_is_dpkgs_on_100000_generated_pairs()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        List<(string Left, string Right)> pairs = [.. VersionPairs.Generate(seed, 100_000)];
        var rightIsTaken = Merge(pairs.Select(pair => pair.Left), pairs.Select(pair => pair.Right));
        var leftIsTaken = Merge(pairs.Select(pair => pair.Right), pairs.Select(pair => pair.Left));

        int[] seen = new int[3];
        for (var i = 0; i < pairs.Count; i++)
        {
            var dpkg = (leftIsTaken[i], rightIsTaken[i]) switch
            {
                (true, true) => 0,
                (true, false) => 1,
                (false, true) => -1,
                _ => throw new InvalidOperationException($"dpkg took neither side of {pairs[i]}"),
            };
            Math.Sign(DebianVersion.Compare(pairs[i].Left, pairs[i].Right)).ShouldBe(dpkg, pairs[i].ToString());
            seen[dpkg + 1]++;
        }

        output.WriteLine($"older {seen[0]}, equal {seen[1]}, newer {seen[2]}");
        seen.ShouldAllBe(count => count > 1000);
    }

    [Fact]
    public void The_order_is_that_of_dpkg_compare_versions()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        foreach (var (left, right) in VersionPairs.Generate(seed, FuzzScale.Cases(200)))
        {
            var order = Math.Sign(DebianVersion.Compare(left, right));
            var relation = order switch { < 0 => "lt", 0 => "eq", _ => "gt" };
            Dpkg("--compare-versions", left, relation, right).ShouldBe(0, $"{left} {relation} {right}");
        }
    }

    [Fact]
    public void What_is_called_a_good_version_dpkg_takes_without_a_word()
    {
        List<string> versions = [.. VersionPairs.Generate(7, 2000).Select(pair => pair.Right)];
        Merge(versions, versions).ShouldAllBe(taken => taken);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <returns>For each entry whether dpkg took it.</returns>
    private bool[] Merge(IEnumerable<string> standing, IEnumerable<string> offered)
    {
        var database = Directory.CreateDirectory(Path.Combine(_directory, "db")).FullName;
        Directory.CreateDirectory(Path.Combine(database, "updates"));
        Directory.CreateDirectory(Path.Combine(database, "info"));
        File.WriteAllText(Path.Combine(database, "status"), "");
        var available = Path.Combine(database, "available");
        var file = Path.Combine(_directory, "offered");
        File.WriteAllText(available, Entries(standing, "standing"));
        File.WriteAllText(file, Entries(offered, "taken"));

        Dpkg($"--admindir={database}", "--merge-avail", file).ShouldBe(0);

        List<(int Number, bool Taken)> result = [];
        var number = -1;
        foreach (var line in File.ReadLines(available))
        {
            if (line.StartsWith("Package: p", StringComparison.Ordinal))
                number = int.Parse(line["Package: p".Length..], CultureInfo.InvariantCulture);
            else if (line.StartsWith("Description: ", StringComparison.Ordinal))
                result.Add((number, line.EndsWith("taken", StringComparison.Ordinal)));
        }

        return [.. result.OrderBy(entry => entry.Number).Select(entry => entry.Taken)];
    }

    private static string Entries(IEnumerable<string> versions, string description)
    {
        var text = new StringBuilder();
        var number = 0;
        foreach (var version in versions)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"Package: p{number++}\nMaintainer: m\nArchitecture: all\nVersion: {version}\nDescription: {description}\n\n");
        }

        return text.ToString();
    }

    private static int Dpkg(params string[] arguments)
    {
        var start = new ProcessStartInfo("dpkg", arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        said.Result.ShouldBeEmpty();
        return process.ExitCode;
    }
}
