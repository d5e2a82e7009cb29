using System.Net;
using System.Runtime.CompilerServices;
using NodeGuard.Core.Routing;
using NodeGuard.Linux.Systemd.Description;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd.Description;

public class DescriptionReaderTests
{
    [Theory]
    [InlineData("252")]
    [InlineData("257")]
    public void Own_objects_are_told_from_foreign_ones_whatever_their_protocol(string version)
    {
        NetworkdOwnObjects own = Read(Fixture(version)).ShouldBeOfType<NetworkdDescription.Offered>().Own;

        own.Unreadable.ShouldBe(0);
        own.Addresses.Select(address => Text(address.Key)).ShouldBe(["10.77.0.2/24", "2001:db8:77::2/64"], ignoreOrder: true);
        own.Addresses.ShouldAllBe(address => address.Key.Index == 2 && address.Key.Source == address.Key.Destination);
        own.Nexthops.ShouldHaveSingleItem().Key.Index.ShouldBe(600u);
        OwnRule rule = own.Rules.ShouldHaveSingleItem();
        (rule.Key.Family, rule.Key.Priority, rule.Table, rule.From.Length, rule.Protocol).ShouldBe(((byte)2, 6000u, 60u, (byte)16, (byte)4));
        own.Routes.ShouldContain(route => Text(route.Key) == "10.62.0.0/16" && route.LinkIndex == 0 && route.Type == 6);
        // Foreign, though of protocol dhcp: the guess by protocol would have been wrong.
        own.Routes.ShouldNotContain(route => Text(route.Key) == "10.53.0.0/16");
        own.Routes.ShouldAllBe(route => route.ConfigSource == "static");
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("{}")]
    [InlineData("""{"Interfaces":[{"Index":2,"Name":"eth0"}]}""")]
    [InlineData("""{"Routes":[{"Family":2,"Table":254}]}""")]
    public void A_description_without_sources_is_not_taken_for_one_without_own_objects(string json) =>
        Read(json).ShouldBeOfType<NetworkdDescription.NotOffered>();

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"Routes\":[")]
    [InlineData("{\"Routes\":[{\"ConfigSource\":\"\\ud800\"}]}")]
    public void What_is_no_description_is_invalid_and_says_so(string json) =>
        Read(json).ShouldBeOfType<NetworkdDescription.Invalid>().Problem.ShouldStartWith("networkd's description");

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("""{"ConfigSource":"static","Family":2}""")]
    [InlineData("""{"ConfigSource":"static","Family":2,"Destination":[10,0,0],"DestinationPrefixLength":8,"Table":254,"Priority":0,"Type":1,"Protocol":4}""")]
    [InlineData("""{"ConfigSource":"static","Family":2,"Destination":[10,0,0,0],"DestinationPrefixLength":33,"Table":254,"Priority":0,"Type":1,"Protocol":4}""")]
    [InlineData("""{"ConfigSource":"static","Family":10,"Destination":[10,0,0,0],"DestinationPrefixLength":8,"Table":254,"Priority":0,"Type":1,"Protocol":4}""")]
    [InlineData("""{"Family":2,"Table":254}""")]
    public void An_own_object_that_is_not_understood_is_counted(string route)
    {
        var own = Read($$"""{"Routes":[{"ConfigSource":"foreign"},{{route}}]}""").ShouldBeOfType<NetworkdDescription.Offered>().Own;
        own.Unreadable.ShouldBe(1);
        own.Routes.ShouldBeEmpty();
    }

    [Fact]
    public void What_networkd_has_only_requested_is_not_its_own_yet()
    {
        const string address = """{"ConfigSource":"DHCPv4","ConfigState":"STATE","Address":[10,0,0,1],"PrefixLength":24,"Peer":[10,0,0,9]}""";
        string Json(string state) => $$"""{"Interfaces":[{"Index":3,"Addresses":[{{address.Replace("STATE", state, StringComparison.Ordinal)}}]}]}""";

        Read(Json("requesting")).ShouldBeOfType<NetworkdDescription.Offered>().Own.Addresses.ShouldBeEmpty();
        var own = Read(Json("configured")).ShouldBeOfType<NetworkdDescription.Offered>().Own.Addresses.ShouldHaveSingleItem();
        (own.Key.Index, own.Key.Source).ShouldBe((3u, (AddressNumber)0x0a000009));
    }

    [Fact]
    public void A_gateway_of_the_other_family_keeps_its_family()
    {
        string gateway = string.Join(',', IPAddress.Parse("fe80::1").GetAddressBytes());
        var own = Read($$"""
            {"Routes":[{"ConfigSource":"static","Family":2,"Destination":[10,0,0,0],"DestinationPrefixLength":8,
            "Gateway":[{{gateway}}],"Table":254,"Priority":7,"Type":1,"Protocol":4}]}
            """).ShouldBeOfType<NetworkdDescription.Offered>().Own;
        own.Routes.ShouldHaveSingleItem().Gateway!.Value.Family.ShouldBe((byte)10);
    }

    [Fact]
    public void Mutated_descriptions_are_read_without_an_exception()
    {
        var random = new Random(20261121);
        string[] seeds = [Fixture("252"), Fixture("257")];
        int offered = 0, invalid = 0;
        for (int i = 0; i < FuzzScale.Cases(2_000); i++)
        {
            switch (Read(Mutate(seeds[i % 2], random)))
            {
                case NetworkdDescription.Offered:
                    offered++;
                    break;
                case NetworkdDescription.Invalid:
                    invalid++;
                    break;
            }
        }

        // Both outcomes come up, so the mutations reach behind the JSON parser.
        offered.ShouldBeGreaterThan(0);
        invalid.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Mutated_objects_are_read_without_an_exception()
    {
        const string seed = """
            {"Routes":[{"ConfigSource":"static","Family":2,"Destination":[10,0,0,0],"DestinationPrefixLength":8,"Table":254,"Priority":0,
            "Type":1,"Protocol":4}],"Interfaces":[{"Index":2,"Addresses":[{"ConfigSource":"DHCPv4","Address":[10,0,0,1],"PrefixLength":24}]}],
            "NextHops":[{"ConfigSource":"static","ID":6}],"RoutingPolicyRules":[{"ConfigSource":"static","Family":2,"Priority":9,"Protocol":4,"Type":1}]}
            """;
        var random = new Random(7);
        int offered = 0;
        for (int i = 0; i < FuzzScale.Cases(20_000); i++)
            offered += Read(Mutate(seed, random)) is NetworkdDescription.Offered ? 1 : 0;
        offered.ShouldBeGreaterThan(0);
    }

    private static NetworkdDescription Read(string json) => DescriptionReader.Read(json);

    /// <summary>One to three characters replaced, a piece cut out or doubled.</summary>
    private static string Mutate(string text, Random random)
    {
        const string pieces = "0123456789-\"{}[],:.eEtfn\\\ud800";
        char[] changed = text.ToCharArray();
        for (int n = random.Next(1, 4); n > 0; n--)
            changed[random.Next(changed.Length)] = pieces[random.Next(pieces.Length)];
        int at = random.Next(changed.Length), length = random.Next(Math.Min(20, changed.Length - at));
        string result = new(changed);
        return random.Next(4) switch
        {
            0 => result.Remove(at, length),
            1 => result.Insert(at, result.Substring(at, length)),
            _ => result,
        };
    }

    private static string Text(ObjectKey key)
    {
        byte[] bytes = new byte[16];
        key.Destination.WriteBigEndian(bytes);
        return $"{new IPAddress(key.Family == 2 ? bytes[12..] : bytes)}/{key.PrefixLength}";
    }

    private static string Fixture(string version, [CallerFilePath] string here = "") => File.ReadAllText(
        Path.Combine(Path.GetDirectoryName(here)!, "../../../fixtures/networkd", $"{version}-describe-manager.json"));
}
