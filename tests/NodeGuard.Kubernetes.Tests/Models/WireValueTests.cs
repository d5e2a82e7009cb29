using System.Text.Json;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Serialization;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Models;

public sealed class WireValueTests
{
    [Theory]
    [InlineData("2026-11-21T10:00:00Z", "2026-11-21T10:00:00.000000Z")]
    [InlineData("2026-11-21T10:00:00.120000Z", "2026-11-21T10:00:00.120000Z")]
    [InlineData("2026-11-21T12:00:00.000001+02:00", "2026-11-21T10:00:00.000001Z")]
    public void ALeasesTimesHaveSixDecimals(string read, string written)
    {
        var lease = JsonSerializer.Deserialize("{\"spec\":{\"renewTime\":\"" + read + "\"}}", KubeJsonContext.Default.Lease)!;
        JsonSerializer.Serialize(lease, KubeJsonContext.Default.Lease).ShouldContain($"\"renewTime\":\"{written}\"");
    }

    [Fact]
    public void ATimeFinerThanAMicrosecondIsCut()
    {
        var lease = new Lease { Spec = new LeaseSpec { RenewTime = new MicroTime(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(19)) } };
        JsonSerializer.Serialize(lease, KubeJsonContext.Default.Lease).ShouldContain("\"2026-01-01T00:00:00.000001Z\"");
    }

    [Fact]
    public void AMetadataTimeIsWrittenInUtcWithWholeSeconds()
    {
        var node = new Node { Metadata = new ObjectMeta { CreationTimestamp = new DateTimeOffset(2026, 1, 1, 2, 0, 0, 5, TimeSpan.FromHours(1)) } };
        JsonSerializer.Serialize(node, KubeJsonContext.Default.Node).ShouldContain("\"2026-01-01T01:00:00Z\"");
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("\"25%\"", "25%")]
    public void ABudgetTakesANumberOrAText(string json, string shown)
    {
        var budget = JsonSerializer.Deserialize("{\"spec\":{\"minAvailable\":" + json + "}}", KubeJsonContext.Default.PodDisruptionBudget)!;
        budget.Spec!.MinAvailable.ToString().ShouldBe(shown);
        JsonSerializer.Serialize(budget, KubeJsonContext.Default.PodDisruptionBudget).ShouldContain($"\"minAvailable\":{json}");
    }

    [Theory]
    [InlineData("{\"spec\":{\"minAvailable\":1.5}}")]
    [InlineData("{\"spec\":{\"minAvailable\":99999999999}}")]
    [InlineData("{\"spec\":{\"minAvailable\":true}}")]
    [InlineData("{\"metadata\":null}")]
    [InlineData("{\"metadata\":{\"creationTimestamp\":7}}")]
    public void AValueOfTheWrongShapeIsRefused(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize(json, KubeJsonContext.Default.PodDisruptionBudget));

    [Fact]
    public void AnEmptySelectorIsNotAnAbsentOne()
    {
        JsonSerializer.Deserialize("""{"spec":{"selector":{}}}""", KubeJsonContext.Default.PodDisruptionBudget)!.Spec!.Selector.ShouldNotBeNull();
        JsonSerializer.Deserialize("""{"spec":{}}""", KubeJsonContext.Default.PodDisruptionBudget)!.Spec!.Selector.ShouldBeNull();
    }

    [Fact]
    public void AListWhoseItemsAreNullIsEmpty() =>
        JsonSerializer.Deserialize("""{"metadata":{"resourceVersion":"1"},"items":null}""", KubeJsonContext.Default.KubeListPod)!.Items.ShouldBeEmpty();
}
