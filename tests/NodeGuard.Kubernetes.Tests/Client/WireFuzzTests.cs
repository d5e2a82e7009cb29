using System.Globalization;
using System.Net;
using System.Text;
using NodeGuard.Kubernetes.Discovery;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Client;

/// <summary>Whatever bytes a server sends, a call ends with a value or a failure that names the call: no crash, no hang.</summary>
public sealed class WireFuzzTests
{
    private const string Pod = """
        {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-0","namespace":"shop","uid":"u","resourceVersion":"7","labels":{"a":"b"},"deletionTimestamp":"2026-01-01T00:00:00Z",
        "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"r","controller":true}]},"spec":{"nodeName":"n1","containers":[{"name":"main","image":"i",
        "resources":{"requests":{"cpu":"100m"}}}],"tolerations":[{"key":"k","operator":"Exists"}],"volumes":[{"name":"v","emptyDir":{}}]},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}
        """;

    private const string Status = """
        {"kind":"Status","apiVersion":"v1","status":"Failure","message":"no","reason":"TooManyRequests","details":{"causes":[{"reason":"DisruptionBudget","message":"b"}],"retryAfterSeconds":1},"code":429}
        """;

    private const string Discovery = """
        {"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[{"resource":"deployments","responseKind":{"kind":"Deployment"},"scope":"Namespaced"}]}]}]}
        """;

    private static readonly string[] Pieces =
        ["{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "1e999", "99999999999999999999", "\\u0000", "\\ud800", "\n", "\0", "é", "[[[[[[[[", "{\"a\":{\"a\":", "\"metadata\":null", "<html>"];

    [Fact]
    public async Task BrokenBodiesEndInAValueOrAFailureThatNamesTheCall() => await EachAsync(600, async (random, seed) =>
    {
        using var server = new ScriptedServer();
        // No wait that the server asks for fits into the call's time.
        using var client = server.Client(change: o => o with { CallTimeout = TimeSpan.FromMilliseconds(1) });
        var status = (HttpStatusCode)(random.Next(3) switch { 0 => 200, 1 => 429, _ => random.Next(200, 600) });
        server.Answer(status, Mutate(Pod, random)).Answer(status, Mutate("{\"metadata\":{},\"items\":[" + Pod + "]}", random))
            .Answer(status, Mutate(Status, random));
        Named(await client.EvictAsync(new("shop", "web-0"), new DeleteQuery(), default), "create pods/eviction shop/web-0", seed);
        Named(await client.ListPageAsync(ResourceTypes.Pods, new ListQuery(), default), "list pods", seed);
        Named(await client.DeleteAsync(ResourceTypes.Pods, new("shop", "web-0"), new DeleteQuery(), default), "delete pods shop/web-0", seed);
        server.Answers = Mutate(Discovery, random);
        (await new ApiDiscovery(client).ReadAsync(default)).ShouldNotBeNull(seed);
    });

    [Fact]
    public async Task BrokenWatchStreamsEndWithAtMostOneFailureAndItIsTheLast() => await EachAsync(600, async (random, seed) =>
    {
        var lines = string.Join('\n', Enumerable.Range(0, random.Next(1, 6)).Select(i => random.Next(4) switch
        {
            0 => """{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}}""",
            1 => "{\"type\":\"ERROR\",\"object\":" + Status.ReplaceLineEndings(string.Empty) + "}",
            _ => "{\"type\":\"ADDED\",\"object\":" + Pod.ReplaceLineEndings(string.Empty) + "}",
        }));
        var bytes = Encoding.UTF8.GetBytes(Mutate(lines, random));
        var error = random.Next(3) == 0 ? new IOException("cut") : null;
        using var server = new ScriptedServer().Answer(() => new StreamContent(new SilentStream(bytes, random.Next(1, 200), error, ends: true)));
        using var client = server.Client();
        var failures = 0;
        await foreach (var happened in client.WatchAsync(ResourceTypes.Pods, new WatchQuery(ResourceVersion: "1"), default))
        {
            failures.ShouldBe(0, seed);
            if (happened is WatchEvent<Pod>.Failed { Failure: var failure })
            {
                failures++;
                failure.Message.ShouldStartWith("watch pods", Case.Sensitive, seed);
            }
        }
    });

    private static void Named<T>(ApiResult<T> result, string call, string seed)
    {
        if (result is ApiResult<T>.Failed { Failure: var failure })
            failure.Message.ShouldStartWith(call, Case.Sensitive, seed);
    }

    private static async Task EachAsync(int quick, Func<Random, string, Task> run)
    {
        var start = Environment.TickCount;
        for (var i = 0; i < FuzzScale.Cases(quick); i++)
        {
            var seed = start + i;
            var name = $"seed {seed.ToString(CultureInfo.InvariantCulture)}";
            try
            {
                await run(new Random(seed), name).WaitAsync(TimeSpan.FromSeconds(60));
            }
            catch (Exception e) when (e is not ShouldAssertException)
            {
                throw new InvalidOperationException(name, e);
            }
        }
    }

    private static string Mutate(string text, Random random)
    {
        var result = new StringBuilder(text);
        for (var changes = random.Next(0, 5); changes > 0 && result.Length > 0; changes--)
        {
            var at = random.Next(result.Length);
            switch (random.Next(5))
            {
                case 0:
                    result[at] = (char)random.Next(0x20, 0x250);
                    break;
                case 1:
                    result.Remove(at, Math.Min(random.Next(1, 60), result.Length - at));
                    break;
                case 2:
                    result.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 3:
                    result.Insert(at, result.ToString(at, Math.Min(random.Next(1, 80), result.Length - at)));
                    break;
                default:
                    result.Length = at;
                    break;
            }
        }

        return result.ToString();
    }
}
