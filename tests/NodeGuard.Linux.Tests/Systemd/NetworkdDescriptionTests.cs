using NodeGuard.Core.Routing;
using NodeGuard.Linux.Systemd;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd;

public class NetworkdDescriptionTests
{
    [Theory]
    [InlineData("252")]
    [InlineData("257")]
    public void OwnObjectsAreThoseThatAreNotForeign(string version)
    {
        NetworkdDescription description = NetworkdDescription.Parse(Fixture(version), out string? problem).ShouldNotBeNull();

        problem.ShouldBeNull();
        description.Objects.ShouldContain(new ObjectKey(ObjectKind.Address, 2, 24, 0, 0, 2, 0, 0x0A4D0002, 0x0A4D0002));
        description.Objects.ShouldContain(new ObjectKey(ObjectKind.Nexthop, 0, 0, 0, 0, 600, 0, 0, 0));
        description.Objects.ShouldNotContain(key => key.Kind == ObjectKind.Nexthop && key.Index == 10, "a foreign nexthop");
        description.Objects.ShouldNotContain(key => key.Destination == 0x0A4D00C8, "a foreign address");
        description.Rules.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("{}")]
    [InlineData("[1,2]")]
    [InlineData("""{"Interfaces":[{"Index":-1,"Addresses":7}],"Routes":[null,{"ConfigSource":3}]}""")]
    public void WhatIsNoDescriptionIsSaidSoAndNothingIsTakenFromIt(string text)
    {
        NetworkdDescription.Parse(text, out string? problem).ShouldBeNull();

        problem.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public void MutatedDescriptionsNeverThrow()
    {
        string original = Fixture("257");
        int seed = Environment.TickCount;
        var random = new Random(seed);
        int cases = 2_000 * int.Parse(Environment.GetEnvironmentVariable("NODEGUARD_FUZZ_SCALE") ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        for (int i = 0; i < cases; i++)
        {
            char[] mutated = original.ToCharArray(0, random.Next(1, original.Length));
            for (int j = random.Next(4); j >= 0; j--)
            {
                mutated[random.Next(mutated.Length)] = "{}[]\",:0-9aé"[random.Next(12)];
            }

            Should.NotThrow(() => NetworkdDescription.Parse(new string(mutated), out _), $"seed {seed}, case {i}");
        }
    }

    private static string Fixture(string version)
    {
        string? directory = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(directory!, "tests", "fixtures")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return File.ReadAllText(Path.Combine(directory!, "tests", "fixtures", "networkd", $"{version}-describe-manager.json"));
    }
}
