using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Ownership;
using NodeGuard.Sandbox.Schemas;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Ownership;

/// <summary>Which fields of a Pod have owners, and which of them two versions differ in.</summary>
public sealed class FieldSetsTests
{
    [Theory]
    [InlineData("""{"metadata":{"name":"p","uid":"u","resourceVersion":"1","labels":{"a":"1"}}}""", ".metadata.labels.a")]
    [InlineData("""{"spec":{"nodeName":"n","priority":1}}""", ".spec.nodeName .spec.priority")]
    [InlineData("""{"spec":{"containers":[{"name":"c","image":"i"}]}}""", """.spec.containers[name="c"] .spec.containers[name="c"].image .spec.containers[name="c"].name""")]
    [InlineData("""{"spec":{"containers":[{"name":"c","ports":[{"containerPort":80}]}]}}""", """.spec.containers[name="c"] .spec.containers[name="c"].name .spec.containers[name="c"].ports[containerPort=80,protocol="TCP"] .spec.containers[name="c"].ports[containerPort=80,protocol="TCP"].containerPort""")]
    [InlineData("""{"metadata":{"finalizers":["a/b","c/d"]}}""", """.metadata.finalizers[="a/b"] .metadata.finalizers[="c/d"]""")]
    [InlineData("""{"spec":{"tolerations":[{"key":"k"}]}}""", ".spec.tolerations")]
    [InlineData("""{"spec":{"nodeSelector":{"a":"1"}}}""", ".spec.nodeSelector")]
    [InlineData("""{"metadata":{"labels":{}},"spec":{"containers":[]}}""", ".metadata.labels .spec.containers")]
    [InlineData("""{"spec":{"nodeName":null}}""", "")]
    public void The_fields_of_an_applied_object(string json, string paths) =>
        FieldSets.Of(Json(json), Pod, containers: false).Paths().ShouldBe(Split(paths));

    [Theory]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", ".metadata.labels .metadata.labels.a")]
    [InlineData("""{"metadata":{"finalizers":["a/b"]}}""", """.metadata.finalizers .metadata.finalizers[="a/b"]""")]
    [InlineData("""{"spec":{"securityContext":{"runAsUser":1}}}""", ".spec.securityContext.runAsUser")]
    public void An_update_owns_the_maps_and_lists_that_it_makes(string json, string paths) =>
        FieldSets.Of(Json(json), Pod, containers: true).Paths().ShouldBe(Split(paths));

    [Theory]
    [InlineData("""{"spec":{"nodeName":"a"}}""", """{"spec":{"nodeName":"a"}}""", "", "")]
    [InlineData("""{"spec":{"nodeName":"a"}}""", """{"spec":{"nodeName":"b"}}""", ".spec.nodeName", "")]
    [InlineData("""{"spec":{"nodeName":"a"}}""", """{"spec":{}}""", "", ".spec.nodeName")]
    [InlineData("""{"metadata":{"labels":{"a":"1","b":"1"}}}""", """{"metadata":{"labels":{"a":"2","c":"1"}}}""", ".metadata.labels.a .metadata.labels.c", ".metadata.labels.b")]
    [InlineData("""{"metadata":{"resourceVersion":"1"}}""", """{"metadata":{"resourceVersion":"2"}}""", "", "")]
    [InlineData("""{"metadata":{"finalizers":["a/b","c/d"]}}""", """{"metadata":{"finalizers":["c/d","e/f"]}}""", """.metadata.finalizers[="e/f"]""", """.metadata.finalizers[="a/b"]""")]
    [InlineData("""{"spec":{"tolerations":[{"key":"k"}]}}""", """{"spec":{"tolerations":[{"key":"k"},{"key":"l"}]}}""", ".spec.tolerations", "")]
    [InlineData("""{"spec":{"nodeSelector":{"a":"1"}}}""", """{"spec":{"nodeSelector":{"a":"2"}}}""", ".spec.nodeSelector", "")]
    [InlineData(
        """{"spec":{"containers":[{"name":"c","image":"i"},{"name":"d","image":"j"}]}}""",
        """{"spec":{"containers":[{"name":"d","image":"k"},{"name":"e","image":"l"}]}}""",
        """.spec.containers[name="d"].image .spec.containers[name="e"] .spec.containers[name="e"].image .spec.containers[name="e"].name""",
        """.spec.containers[name="c"] .spec.containers[name="c"].image .spec.containers[name="c"].name""")]
    public void What_two_versions_differ_in(string old, string now, string changed, string removed)
    {
        (FieldSet Changed, FieldSet Removed) found = FieldSets.Compare(Json(old), Json(now), Pod);

        found.Changed.Paths().ShouldBe(Split(changed));
        found.Removed.Paths().ShouldBe(Split(removed));
    }

    private static FieldType Pod => BuiltInTypes.Of("v1", "Pod")!;

    private static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text)!;

    private static string[] Split(string paths) => paths.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
