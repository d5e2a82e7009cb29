using System.Text;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Client;

public sealed class WatchTests
{
    private const string Added = """{"type":"ADDED","object":{"kind":"Node","metadata":{"name":"a","resourceVersion":"5"}}}""";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public async Task EventsComeInOrderHoweverTheBytesArrive(int piece)
    {
        var text = Added + "\n"
            + """{"object":{"metadata":{"name":"b"}},"type":"MODIFIED"}""" + "\r\n\n"
            + """{"type":"DELETED","object":{"metadata":{"name":"c"}}}""" + "\n"
            + """{"type":"BOOKMARK","object":{"kind":"Node","metadata":{"resourceVersion":"9","creationTimestamp":null}}}""" + "\n"
            + """{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"10","annotations":{"k8s.io/initial-events-end":"true"}}}}""";
        var events = await Watch(new SilentStream(Encoding.UTF8.GetBytes(text), piece, ends: true));
        events.Select(Shown).ShouldBe(["Added a", "Modified b", "Deleted c", "Bookmark 9 False", "Bookmark 10 True"]);
    }

    [Fact]
    public async Task AWatchAsksForBookmarksAndItsTime()
    {
        using var server = new ScriptedServer().Answer(() => new ByteArrayContent([]));
        using var client = server.Client();
        var query = new WatchQuery("shop", "a=b", ResourceVersion: "5", ServerTimeout: TimeSpan.FromMinutes(5));
        await foreach (var _ in client.WatchAsync(ResourceTypes.Pods, query, default))
            throw new InvalidOperationException("the stream was empty");
        server.Calls[0].Target.ShouldBe("/k8s/c-1/api/v1/namespaces/shop/pods?labelSelector=a%3Db&watch=true&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=300");
    }

    [Fact]
    public void AWatchListAsksForTheInitialState() =>
        RequestBuilder.Watch(ResourceTypes.Nodes, new WatchQuery(SendInitialEvents: true)).Target
            .ShouldBe("/api/v1/nodes?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");

    [Fact]
    public async Task AnErrorEventIsAFailureAndTheLastEvent()
    {
        var gone = """{"type":"ERROR","object":{"kind":"Status","message":"too old resource version: 1 (5)","reason":"Expired","code":410}}""";
        var events = await Watch(Stream(Added, gone, Added));
        events.Count.ShouldBe(2);
        var failure = events[1].ShouldBeOfType<WatchEvent<Node>.Failed>().Failure;
        failure.Kind.ShouldBe(ApiFailureKind.Gone);
        failure.Message.ShouldBe("watch nodes: too old resource version: 1 (5)");
    }

    [Theory]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"na""")]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"type":"ADDED","object":null}""")]
    [InlineData("""{"type":"ADDED","object":[1]}""")]
    [InlineData("""{"object":{}}""")]
    [InlineData("""{"type":7,"object":{}}""")]
    [InlineData("""{"type":"RENAMED","object":{}}""")]
    [InlineData("""{"type":"BOOKMARK","object":{}}""")]
    [InlineData("""{"type":"ERROR","object":{"kind":"Pod"}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":7}}}""")]
    [InlineData("""{"type":"ADDED","object":{}}{"type":"ADDED","object":{}}""")]
    [InlineData("<html>bad gateway</html>")]
    [InlineData("7")]
    [InlineData("""{"type":"ADDED","\ud800":1,"object":{}}""")]
    [InlineData("""{"type":"\ud800","object":{}}""")]
    [InlineData("""{"type":"ADDED","object":{"unknown":"\udc00\ud800"}}""")]
    public async Task ABrokenEventEndsTheWatchAsMalformed(string line)
    {
        var events = await Watch(Stream(Added, line, Added));
        events.Count.ShouldBe(2);
        events[1].ShouldBeOfType<WatchEvent<Node>.Failed>().Failure.Kind.ShouldBe(ApiFailureKind.Malformed);
    }

    [Fact]
    public async Task AnEventBeyondTheLimitIsNotKept()
    {
        var endless = new SilentStream(Encoding.UTF8.GetBytes(Added + "\n{\"type\":\"" + new string('x', 50_000)));
        var events = await Watch(endless, longest: 10_000);
        events.Count.ShouldBe(2);
        events[1].ShouldBeOfType<WatchEvent<Node>.Failed>().Failure.Message.ShouldBe("watch nodes: the stream carries an event of more than 10000 bytes");
    }

    [Fact]
    public async Task AStreamThatBreaksIsAFailureAfterItsEvents()
    {
        var events = await Watch(new SilentStream(Encoding.UTF8.GetBytes(Added + "\n{\"ty"), error: new IOException("connection reset")));
        events.Count.ShouldBe(2);
        events[1].ShouldBeOfType<WatchEvent<Node>.Failed>().Failure.Kind.ShouldBe(ApiFailureKind.Unreachable);
    }

    [Fact]
    public async Task AStreamThatIsOpenAfterItsEndIsTakenForDead()
    {
        using var server = new ScriptedServer().Answer(() => new StreamContent(new SilentStream()));
        using var client = server.Client();
        var watch = client.WatchAsync(ResourceTypes.Nodes, new WatchQuery(ServerTimeout: TimeSpan.FromSeconds(60)), default).GetAsyncEnumerator();
        var next = watch.MoveNextAsync().AsTask();
        server.Time.Advance(TimeSpan.FromSeconds(90));
        (await next).ShouldBeTrue();
        watch.Current.ShouldBeOfType<WatchEvent<Node>.Failed>().Failure.Kind.ShouldBe(ApiFailureKind.Timeout);
        await watch.DisposeAsync();
    }

    [Fact]
    public async Task CancellingAWatchThrows()
    {
        using var server = new ScriptedServer().Answer(() => new StreamContent(new SilentStream()));
        using var client = server.Client();
        using var cancel = new CancellationTokenSource();
        var watch = client.WatchAsync(ResourceTypes.Nodes, new WatchQuery(), cancel.Token).GetAsyncEnumerator(cancel.Token);
        var next = watch.MoveNextAsync().AsTask();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(next);
        await watch.DisposeAsync();
    }

    [Fact]
    public async Task ARefusedWatchIsOneFailure()
    {
        using var server = new ScriptedServer().Status(410, "Expired", "too old");
        using var client = server.Client();
        var events = new List<WatchEvent<Node>>();
        await foreach (var e in client.WatchAsync(ResourceTypes.Nodes, new WatchQuery(), default))
            events.Add(e);
        events.ShouldHaveSingleItem().ShouldBeOfType<WatchEvent<Node>.Failed>().Failure.Kind.ShouldBe(ApiFailureKind.Gone);
    }

    private static SilentStream Stream(params string[] lines) => new(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), ends: true);

    private static async Task<List<WatchEvent<Node>>> Watch(Stream stream, int longest = 1 << 20)
    {
        using var server = new ScriptedServer().Answer(() => new StreamContent(stream));
        using var client = server.Client(change: o => o with { LongestWatchLine = longest });
        var events = new List<WatchEvent<Node>>();
        await foreach (var e in client.WatchAsync(ResourceTypes.Nodes, new WatchQuery(), default))
            events.Add(e);
        return events;
    }

    private static string Shown(WatchEvent<Node> e) => e switch
    {
        WatchEvent<Node>.Added a => $"Added {a.Value.Metadata.Name}",
        WatchEvent<Node>.Modified m => $"Modified {m.Value.Metadata.Name}",
        WatchEvent<Node>.Deleted d => $"Deleted {d.Value.Metadata.Name}",
        WatchEvent<Node>.Bookmark b => $"Bookmark {b.ResourceVersion} {b.InitialEventsEnd}",
        WatchEvent<Node>.Failed f => $"Failed {f.Failure.Message}",
        _ => "?",
    };
}
