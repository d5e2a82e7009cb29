using System.Text.Json;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Serialization;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Models;

/// <summary>NodeGuard's own kinds: no field is misspelt, and a word of another version stops nothing.</summary>
public sealed class FleetModelTests
{
    public static TheoryData<string> Kinds =>
        [.. Fixtures.Objects().Where(o => (string?)o["apiVersion"] == FleetKeys.ApiVersion && o["spec"]?["deep"] is null).Select(Fixtures.Title)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryFieldOfTheContractHasAProperty(string title)
    {
        var value = Fixtures.Named(title);
        WireObject read = (string?)value["kind"] switch
        {
            "NodePolicy" => value.Deserialize(KubeJsonContext.Default.NodePolicy)!,
            "NodeRecycle" => value.Deserialize(KubeJsonContext.Default.NodeRecycle)!,
            "GuardedNode" => value.Deserialize(KubeJsonContext.Default.GuardedNode)!,
            _ => value.Deserialize(KubeJsonContext.Default.FleetObject)!,
        };

        UnknownFields(read, title).ShouldBeEmpty();
    }

    [Fact]
    public void AWordOfAnotherVersionIsKeptAndIsNoKnownOne()
    {
        var read = JsonSerializer.Deserialize("""{"status":{"phase":"Sleeping"},"metadata":{"name":"r"}}""", KubeJsonContext.Default.NodeRecycle)!;

        read.Status!.Phase.ShouldBe("Sleeping");
        WireWord.Read<RecyclePhase>(read.Status.Phase).ShouldBeNull();
        JsonSerializer.Serialize(read, KubeJsonContext.Default.NodeRecycle).ShouldContain("Sleeping");
    }

    [Fact]
    public void EveryPhaseIsReadFromItsName()
    {
        foreach (var phase in Enum.GetValues<RecyclePhase>())
            WireWord.Read<RecyclePhase>(phase.ToString()).ShouldBe(phase);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("draining")]
    [InlineData(" Draining")]
    [InlineData("Draining ")]
    [InlineData("2")]
    [InlineData("Pending,Draining")]
    [InlineData("Pending, Draining")]
    public void WhatIsNotExactlyANameIsNoWord(string? word) => WireWord.Read<RecyclePhase>(word).ShouldBeNull();

    private static IEnumerable<string> UnknownFields(object value, string path)
    {
        if (value is WireObject { Unknown: { Count: > 0 } unknown })
        {
            foreach (var name in unknown.Keys)
                yield return $"{path}.{name}";
        }

        foreach (var property in value.GetType().GetProperties().Where(p => p.Name != nameof(WireObject.Unknown)))
        {
            var child = property.GetValue(value);
            var parts = child is System.Collections.IEnumerable and not string ? ((System.Collections.IEnumerable)child).Cast<object>() : [child!];
            foreach (var field in parts.OfType<WireObject>().SelectMany(p => UnknownFields(p, $"{path}.{property.Name}")))
                yield return field;
        }
    }
}
