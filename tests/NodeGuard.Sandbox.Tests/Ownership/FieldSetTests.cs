using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Ownership;
using NodeGuard.Sandbox.Tests.Fuzz;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Ownership;

/// <summary>Sets of fields and what is done with them.</summary>
public sealed class FieldSetTests
{
    [Theory]
    [InlineData("""{"f:a":{}}""", ".a")]
    [InlineData("""{"f:a":{".":{},"f:b":{}}}""", ".a .a.b")]
    [InlineData("""{"f:a":{"f:b":{},"f:c":{}}}""", ".a.b .a.c")]
    [InlineData("""{"f:l":{"k:{\"name\":\"x\"}":{".":{},"f:v":{}}}}""", """.l[name="x"] .l[name="x"].v""")]
    [InlineData("""{"f:l":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{}}}""", """.l[port=80,protocol="TCP"]""")]
    [InlineData("""{"f:s":{"v:\"x\"":{},"v:2":{}}}""", """.s[="x"] .s[=2]""")]
    public void A_set_is_written_as_it_was_read_and_names_its_members(string json, string paths)
    {
        FieldSet set = Read(json);

        set.ToJson().ToJsonString().ShouldBe(JsonNode.Parse(json)!.ToJsonString());
        set.Paths().ShouldBe(paths.Split(' '));
    }

    [Theory]
    [InlineData("""{"f:a":{},"f:b":{}}""", """{"f:a":{}}""", """{"f:b":{}}""", """{"f:a":{}}""")]
    [InlineData("""{"f:a":{}}""", """{"f:b":{}}""", """{"f:a":{}}""", "{}")]
    [InlineData("""{"f:a":{"f:b":{},"f:c":{}}}""", """{"f:a":{}}""", """{"f:a":{"f:b":{},"f:c":{}}}""", "{}")]
    [InlineData("""{"f:a":{".":{},"f:b":{}}}""", """{"f:a":{"f:b":{}}}""", """{"f:a":{}}""", """{"f:a":{"f:b":{}}}""")]
    [InlineData("{}", """{"f:a":{}}""", "{}", "{}")]
    public void A_set_without_another_and_what_both_have(string one, string other, string without, string both)
    {
        Read(one).Without(Read(other)).ToJson().ToJsonString().ShouldBe(without);
        Read(one).Both(Read(other)).ToJson().ToJsonString().ShouldBe(both);
    }

    [Fact]
    public void The_laws_of_sets_hold_for_any_two()
    {
        for (int seed = 0; seed < FuzzScale.Cases(2000); seed++)
        {
            var random = new RandomJson(seed);
            (FieldSet a, FieldSet b) = (Any(random, 3), Any(random, 3));

            a.Without(b).Both(b).IsEmpty.ShouldBeTrue();
            FieldSet parts = a.Without(b);
            parts.Add(a.Both(b));
            parts.SameAs(a).ShouldBeTrue();
            a.Both(b).SameAs(b.Both(a)).ShouldBeTrue();
            FieldSet sum = a.Without(b);
            sum.Add(b);
            FieldSet reverse = b.Without(a);
            reverse.Add(a);
            sum.SameAs(reverse).ShouldBeTrue();
            FieldSet.FromRoot(a.ToJson()).SameAs(a).ShouldBeTrue();
            a.Paths().ShouldBeUnique();
            a.IsEmpty.ShouldBe(!a.Paths().Any());
        }
    }

    [Theory]
    [InlineData("""{"":{},"x":{},"f":{},"a:b":{},"f:a":{}}""")]
    [InlineData("""{"f:a":{},"f:b":"text","f:c":null,"f:d":[{}]}""")]
    public void Steps_that_name_nothing_are_passed_over(string json) => Read(json).Paths().ShouldBe([".a"]);

    [Theory]
    [InlineData("""{"k:no json":{}}""", "[no json]")]
    [InlineData("""{"k:[1]":{}}""", "[[1]]")]
    [InlineData("""{"k:":{}}""", "[]")]
    public void Keys_that_are_none_are_named_as_they_are(string json, string path) => Read(json).Paths().ShouldBe([path]);

    private static FieldSet Read(string json) => FieldSet.FromRoot((JsonObject)JsonNode.Parse(json)!);

    private static FieldSet Any(RandomJson random, int depth)
    {
        var set = new FieldSet { IsMember = depth < 3 && random.Dice.Next(2) == 0 };
        for (int i = depth > 0 ? random.Dice.Next(4) : 0; i > 0; i--)
            set.Child(random.Pick(["f:a", "f:b", "f:c", "k:{\"name\":\"x\"}", "v:\"y\""])).Add(Any(random, depth - 1));
        return set;
    }
}
