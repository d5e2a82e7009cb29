using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NodeGuard.Cli.Output;
using Shouldly;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace NodeGuard.Cli.Tests.Output;

public sealed class YamlTextTests
{
    [Theory]
    [InlineData("yes")]
    [InlineData("1e3")]
    [InlineData("0x1/0xff")]
    [InlineData("- item")]
    [InlineData("key: value")]
    [InlineData("trailing:")]
    [InlineData("text # no comment")]
    [InlineData("")]
    [InlineData("~")]
    [InlineData("line\nbreak")]
    [InlineData("2026-11-21T10:00:00+00:00")]
    public void A_string_that_yaml_could_read_as_something_else_is_quoted(string text) =>
        Yaml(JsonSerializer.Serialize(text)).ShouldStartWith("\"");

    [Fact]
    public void Another_yaml_reader_finds_every_string_again() =>
        Prop.ForAll<NonNull<string>, NonNull<string>>((left, right) =>
        {
            var texts = new Dictionary<string, string[]> { ["k" + Clean(left.Get)] = [Clean(right.Get), Clean(left.Get)] };
            var stream = new YamlStream();
            stream.Load(new StringReader(Yaml(JsonSerializer.Serialize(texts))));
            var (key, value) = ((YamlMappingNode)stream.Documents[0].RootNode).Single();
            ((YamlScalarNode)key).Value.ShouldBe(texts.Keys.Single());
            ((YamlSequenceNode)value).Select(static node => ((YamlScalarNode)node).Value).ShouldBe(texts.Values.Single());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Empty_collections_nested_lists_and_scalars_keep_their_shape() =>
        Yaml("""{"a":[],"b":{},"c":[{"d":1,"e":[true,null]},"x"],"f":{"g":"h"}}""").ShouldBe(
            """
            a: []
            b: {}
            c:
            - d: 1
              e:
              - true
              - null
            - x
            f:
              g: h

            """);

    // YAML has no way to hold a lone surrogate, and JSON text of ours never has one.
    private static string Clean(string text) => new([.. text.Where(static c => !char.IsSurrogate(c))]);

    private static string Yaml(string json)
    {
        using var document = JsonDocument.Parse(json);
        using var output = new StringWriter();
        YamlText.Write(output, document.RootElement);
        return output.ToString();
    }
}
