using System.Text.Json;
using NodeGuard.Kubernetes.Draining.Preflight;
using NodeGuard.Kubernetes.Serialization;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Draining.Preflight;

public sealed class PodRequestsTests
{
    [Theory]
    [InlineData("""{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}},{"name":"b","resources":{"requests":{"cpu":"500m"}}}]}""", "1.5")]
    [InlineData("""{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"name":"i","resources":{"requests":{"cpu":"3"}}}]}""", "3")]
    [InlineData("""{"containers":[{"name":"a","resources":{"requests":{"cpu":"2"}}}],"initContainers":[{"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}}]}""", "3")]
    [InlineData("""{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}},{"name":"i","resources":{"requests":{"cpu":"4"}}}]}""", "5")]
    [InlineData("""{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}],"overhead":{"cpu":"250m"}}""", "1.25")]
    [InlineData("""{"resources":{"requests":{"cpu":"7"}},"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}],"overhead":{"cpu":"1"}}""", "8")]
    [InlineData("""{"containers":[{"name":"a"}]}""", "0")]
    [InlineData("""{"resources":{"requests":{"cpu":"7","cpu":"2","memory":1}},"containers":[{"name":"a"}]}""", "2")]
    public void APodAsksForWhatTheSchedulerCounts(string spec, string cores)
    {
        var pod = JsonSerializer.Deserialize($$"""{"spec":{{spec}}}""", KubeJsonContext.Default.Pod)!;

        PodRequests.Of(pod.Spec).GetValueOrDefault("cpu").ShouldBe(decimal.Parse(cores, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void WhatIsBeyondADecimalIsMoreThanAnyNodeHas() =>
        PodRequests.Read(new Dictionary<string, string> { ["cpu"] = "1e40" })["cpu"].ShouldBe(long.MaxValue);

    [Fact]
    public void APodWithoutASpecAsksForNothing() => PodRequests.Of(null).ShouldBeEmpty();
}
