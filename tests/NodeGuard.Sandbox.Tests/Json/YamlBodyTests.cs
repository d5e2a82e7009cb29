using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;
using Shouldly;
using Xunit;
using YamlDotNet.Core;

namespace NodeGuard.Sandbox.Tests.Json;

public sealed class YamlBodyTests
{
    [Theory]
    [InlineData("a: 1", """{"a":1}""")]
    [InlineData("a: 1.5", """{"a":1.5}""")]
    [InlineData("a: '1'", """{"a":"1"}""")]
    [InlineData("a: !!str 1", """{"a":"1"}""")]
    [InlineData("a: ! yes", """{"a":"yes"}""")]
    [InlineData("a: yes", """{"a":"yes"}""")]
    [InlineData("a: true", """{"a":true}""")]
    [InlineData("a: ~", """{"a":null}""")]
    [InlineData("a:", """{"a":null}""")]
    [InlineData("a: 0x10", """{"a":"0x10"}""")]
    [InlineData("a: 99999999999999999999999", """{"a":1E+23}""")]
    [InlineData("a: [x, {b: 100m}]", """{"a":["x",{"b":"100m"}]}""")]
    [InlineData("a: &x {b: 1}\nc: *x", """{"a":{"b":1},"c":{"b":1}}""")]
    [InlineData("""{"a": [1, "2", false]}""", """{"a":[1,"2",false]}""")]
    public void AScalarIsWhatTheSameJsonWouldSay(string yaml, string json) =>
        YamlBody.Documents(yaml).ShouldHaveSingleItem().ToJsonString().ShouldBe(json);

    [Fact]
    public void DocumentsAreReadOneByOneAndEmptyOnesAreNone() =>
        YamlBody.Documents("a: 1\n---\n# nothing\n---\nb: 2\n").Select(item => item.ToJsonString()).ShouldBe(["""{"a":1}""", """{"b":2}"""]);

    [Theory]
    [InlineData("a: 1\na: 2\n", 2)]
    [InlineData("a: [1, 2\n", 2)]
    [InlineData("a: *unknown\n", 1)]
    public void WhatIsNoYamlIsRefusedWithItsPlace(string yaml, int line) =>
        Should.Throw<YamlException>(() => YamlBody.Documents(yaml)).Start.Line.ShouldBe(line);

    [Fact]
    public void DeepNestingIsRefusedBeforeItFillsTheStack() =>
        Should.Throw<YamlException>(() => YamlBody.Documents(new string('[', 500))).Message.ShouldContain("nested too deeply");

    [Fact]
    public void AnyTextIsReadOrRefusedWithAPlace()
    {
        var random = new Random(4);
        string[] parts = ["a", ": ", "- ", "\n", "  ", "[", "]", "{", "}", "'", "\"", "&x ", "*x", "!!str ", "! ", "|", ">", "---", "1", "~", "#", "\t", "%", "?"];
        for (int i = 0; i < FuzzScale.Cases(3000); i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => parts[random.Next(parts.Length)]));
            try
            {
                YamlBody.Documents(text).ShouldAllBe(item => item is JsonNode);
            }
            catch (YamlException refused)
            {
                refused.Start.Line.ShouldBeGreaterThan(0, text);
            }
        }
    }
}
