using System.Text.Json;
using System.Text.Json.Nodes;
using NodeGuard.Kubernetes.Serialization;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Models;

/// <summary>What is read and written back is the same JSON, whatever the models know of it.</summary>
public sealed class ModelRoundTripTests
{
    // Maps from any key to a scalar: an object inside would be a wrong value, not an unknown field.
    private static readonly HashSet<string> Maps =
        ["labels", "annotations", "matchLabels", "nodeSelector", "capacity", "allocatable", "requests", "limits", "overhead", "disruptedPods"];

    public static TheoryData<string> Kinds => [.. Fixtures.Objects().Select(o => Fixtures.Title(o))];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AnObjectIsWrittenAsItWasRead(string title) => HoldsRoundTrip(Fixtures.Named(title));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AnUnknownFieldIsKeptAtEveryLevel(string title)
    {
        var value = Fixtures.Named(title);
        AddUnknownFields(value, parent: "");
        HoldsRoundTrip(value);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AnUntypedObjectLosesNothing(string title)
    {
        var value = Fixtures.Named(title);
        var back = JsonSerializer.SerializeToNode(value.Deserialize(KubeJsonContext.Default.UntypedObject), KubeJsonContext.Default.UntypedObject);
        JsonNode.DeepEquals(Fixtures.WithoutNulls(value), Fixtures.WithoutNulls(back)).ShouldBeTrue(back?.ToJsonString());
    }

    private static void HoldsRoundTrip(JsonNode value)
    {
        var back = Fixtures.ThroughModel(value);
        JsonNode.DeepEquals(Fixtures.WithoutNulls(value), Fixtures.WithoutNulls(back))
            .ShouldBeTrue($"was:\n{value.ToJsonString()}\nis:\n{back.ToJsonString()}");
    }

    private static void AddUnknownFields(JsonNode? node, string parent)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
                AddUnknownFields(item, parent);
        }

        if (node is not JsonObject o || Maps.Contains(parent))
            return;
        foreach (var (name, child) in o.ToList())
        {
            // A ReplicationController's selector is such a map too.
            if (name != "selector" || o["template"] is not null || child is JsonObject { Count: 0 } || child?["matchLabels"] is not null)
                AddUnknownFields(child, name);
        }

        o["fieldOfTheFuture"] = new JsonObject { ["depth"] = parent };
    }
}
