using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Ownership;
using NodeGuard.Sandbox.Schemas;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Ownership;

/// <summary>How an applied Pod is put into the one that is there, and what is taken out of it.</summary>
public sealed class AppliedMergeTests
{
    [Theory]
    [InlineData("""{"spec":{"nodeName":"a","priority":1}}""", """{"spec":{"nodeName":"b"}}""", """{"spec":{"nodeName":"b","priority":1}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"b":"2"}}}""", """{"metadata":{"labels":{"a":"1","b":"2"}}}""")]
    [InlineData("""{"metadata":{"finalizers":["a/b"]}}""", """{"metadata":{"finalizers":["c/d","a/b"]}}""", """{"metadata":{"finalizers":["a/b","c/d"]}}""")]
    [InlineData("""{"spec":{"nodeSelector":{"a":"1"}}}""", """{"spec":{"nodeSelector":{"b":"2"}}}""", """{"spec":{"nodeSelector":{"b":"2"}}}""")]
    [InlineData("""{"spec":{"tolerations":[{"key":"a"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"c","image":"i","args":["x"]},{"name":"d","image":"j"}]}}""",
        """{"spec":{"containers":[{"name":"d","image":"k"},{"name":"c","args":["y","z"]},{"name":"e"}]}}""",
        """{"spec":{"containers":[{"name":"c","image":"i","args":["y","z"]},{"name":"d","image":"k"},{"name":"e"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"c","ports":[{"containerPort":80,"protocol":"TCP","name":"web"}]}]}}""",
        """{"spec":{"containers":[{"name":"c","ports":[{"containerPort":80,"hostPort":8},{"containerPort":80,"protocol":"UDP"}]}]}}""",
        """{"spec":{"containers":[{"name":"c","ports":[{"containerPort":80,"protocol":"TCP","name":"web","hostPort":8},{"containerPort":80,"protocol":"UDP"}]}]}}""")]
    [InlineData("""{"spec":{"nodeName":"a"}}""", """{"spec":{"nodeName":null}}""", """{"spec":{"nodeName":"a"}}""")]
    public void Applied_fields_are_put_into_what_is_there(string live, string config, string wanted)
    {
        JsonObject before = Json(live);

        AppliedMerge.Merge(before, Json(config), Pod).ToJsonString().ShouldBe(wanted);

        before.ToJsonString().ShouldBe(live);
    }

    [Theory]
    [InlineData("""{"spec":{"nodeName":"a","priority":1}}""", """{"f:spec":{"f:nodeName":{}}}""", """{"spec":{"priority":1}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1"}},"spec":{}}""", """{"f:metadata":{"f:labels":{"f:a":{}}}}""", """{"spec":{}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1","b":"1"}}}""", """{"f:metadata":{"f:labels":{"f:a":{}}}}""", """{"metadata":{"labels":{"b":"1"}}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", """{"f:metadata":{"f:labels":{}}}""", """{"metadata":{"labels":{"a":"1"}}}""")]
    [InlineData("""{"metadata":{"finalizers":["a/b","c/d"]}}""", """{"f:metadata":{"f:finalizers":{"v:\"a/b\"":{}}}}""", """{"metadata":{"finalizers":["c/d"]}}""")]
    [InlineData("""{"spec":{"nodeSelector":{"a":"1"},"priority":1}}""", """{"f:spec":{"f:nodeSelector":{}}}""", """{"spec":{"priority":1}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"c"},{"name":"d"}]}}""", """{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:name":{}}}}}""", """{"spec":{"containers":[{"name":"d"}]}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"c","image":"i"}]}}""", """{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{"f:image":{}}}}}""", """{"spec":{"containers":[{"name":"c"}]}}""")]
    [InlineData("""{"spec":{"nodeName":"a"}}""", """{"f:spec":{"f:none":{"f:deep":{}}},"f:status":{}}""", """{"spec":{"nodeName":"a"}}""")]
    [InlineData("""{"spec":{"tolerations":[{"key":"a"}]}}""", """{"f:spec":{"f:tolerations":{"k:{}":{"f:key":{}}}}}""", """{"spec":{"tolerations":[{"key":"a"}]}}""")]
    public void Fields_that_nobody_wants_any_more_are_taken_out(string live, string gone, string wanted)
    {
        JsonObject value = Json(live);

        AppliedMerge.Remove(value, FieldSet.FromRoot(Json(gone)), Pod);

        value.ToJsonString().ShouldBe(wanted);
    }

    private static FieldType Pod => BuiltInTypes.Of("v1", "Pod")!;

    private static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text)!;
}
