using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Kubernetes.Events;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Tests.Client;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Events;

/// <summary>The recorder towards a server that answers, fails and stalls.</summary>
public sealed class EventRecorderTests : IDisposable
{
    private readonly ScriptedServer _server = new();
    private readonly Dictionary<string, long> _counts = [];
    private readonly object _scope = new();
    private readonly MeterListener _listener = new();
    private readonly EventMetrics _metrics;

    public EventRecorderTests()
    {
        _metrics = new EventMetrics(_scope);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, _scope))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => _counts[(string)tags[0].Value!] = _counts.GetValueOrDefault((string)tags[0].Value!) + value);
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _metrics.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task EventsAndTheirCountAreWrittenAndTheRestAtTheStop()
    {
        _server.Answer(HttpStatusCode.Created, "{}").Answer(HttpStatusCode.OK, "{}").Answer(HttpStatusCode.OK, "{}");
        await RunAsync(recorder =>
        {
            for (var i = 0; i < 5; i++)
                recorder.Record(Text("Blocked")).ShouldBeTrue();
        });
        _server.Calls.Select(c => $"{c.Method} {c.ContentType}").ShouldBe(
            ["POST application/json", "PATCH application/merge-patch+json", "PATCH application/merge-patch+json"]);
        _server.Calls[0].Target.ShouldBe("/k8s/c-1/apis/events.k8s.io/v1/namespaces/default/events?fieldValidation=Strict");
        var created = JsonNode.Parse(_server.Calls[0].Body)!;
        ((string)created["eventTime"]!).ShouldBe("2026-11-21T10:00:00.000000Z");
        JsonNode.Parse(_server.Calls[2].Body)!.ToJsonString().ShouldBe("""{"series":{"count":5,"lastObservedTime":"2026-11-21T10:00:00.000000Z"}}""");
        _counts.ShouldBe(new Dictionary<string, long> { ["create"] = 1, ["count"] = 2 }, ignoreOrder: true);
    }

    [Fact]
    public async Task AnEventThatExpiredOnTheServerIsMadeAnewTheNextTime()
    {
        _server.Answer(HttpStatusCode.Created, "{}").Status(404, "NotFound", "gone").Answer(HttpStatusCode.Created, "{}");
        await RunAsync(recorder =>
        {
            for (var i = 0; i < 3; i++)
                recorder.Record(Text("Blocked"));
        });
        _server.Calls.Select(c => c.Method).ShouldBe(["POST", "PATCH", "POST"]);
        _counts["notfound"].ShouldBe(1);
    }

    [Fact]
    public async Task WhatIsRefusedIsNotRepeated()
    {
        _server.Status(403, "Forbidden", "no").Status(422, "Invalid", "no").Answer(HttpStatusCode.Created, "{}");
        await RunAsync(recorder =>
        {
            recorder.Record(Text("A"));
            recorder.Record(Text("B"));
            recorder.Record(Text("C"));
        });
        _server.Calls.Count.ShouldBe(3);
        (_counts["forbidden"], _counts["invalid"], _counts["create"]).ShouldBe((1, 1, 1));
    }

    [Fact]
    public void AFullQueueDropsAndCountsAndNeverWaits()
    {
        using var client = _server.Client();
        using var recorder = new EventRecorder(client, Options with { QueueLength = 2 }, _metrics, _server.Time, NullLogger.Instance);
        Enumerable.Range(0, 5).Select(i => recorder.Record(Text($"R{i}"))).ShouldBe([true, true, false, false, false]);
        _counts["queue"].ShouldBe(3);
    }

    private static EventRecorderOptions Options => new("nodeguard.io/test", "test-1") { RetryPause = TimeSpan.Zero };

    private async Task RunAsync(Action<EventRecorder> record)
    {
        using var client = _server.Client();
        using var recorder = new EventRecorder(client, Options, _metrics, _server.Time, NullLogger.Instance);
        record(recorder);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await recorder.RunAsync(stop.Token);
    }

    private static EventText Text(string reason) =>
        new(new ObjectReference { ApiVersion = "v1", Kind = "Node", Name = "n1", Uid = "u1" }, reason, "Drain", "a note");
}
