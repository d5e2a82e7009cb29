using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Client;

public sealed partial class KubeClient
{
    /// <summary>How long after the asked-for end a stream may still be open before it is taken for dead.</summary>
    private static readonly TimeSpan EndSlack = TimeSpan.FromSeconds(30);

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceType<T> type, WatchQuery query, [EnumeratorCancellation] CancellationToken cancellation)
        where T : KubeObject
    {
        var request = RequestBuilder.Watch(type, query);
        var (answer, failure) = await OpenAsync(request, cancellation);
        if (answer is null)
        {
            yield return new WatchEvent<T>.Failed(failure!);
            yield break;
        }

        using (answer)
        {
            using var end = new CancellationTokenSource((query.ServerTimeout + EndSlack) ?? Timeout.InfiniteTimeSpan, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellation);
            await using var stream = await answer.Content.ReadAsStreamAsync(both.Token);
            var lines = new LineReader(stream, _options.LongestWatchLine);
            while (await NextAsync(request, type, lines, both.Token, cancellation) is { } next)
            {
                yield return next;
                if (next is WatchEvent<T>.Failed)
                    yield break;
            }
        }
    }

    /// <summary>The call's time covers the answer's head only.</summary>
    private async Task<(HttpResponseMessage? Answer, ApiFailure? Failure)> OpenAsync(ApiRequest request, CancellationToken cancellation)
    {
        await SignInAsync(cancellation);
        using var deadline = new CancellationTokenSource(_options.CallTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            return await _channel.SendAsync(request, body: null, Json, _time.GetUtcNow() + _options.CallTimeout, both.Token) switch
            {
                Sent.Answered { Answer: var answer } => (answer, null),
                var refused => (null, ((Sent.Refused)refused).Failure),
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, ConnectionFailure.TimedOut(request, Server, _options.CallTimeout, "answer"));
        }
    }

    /// <summary>Null at the end of the stream.</summary>
    [SuppressMessage("Design", "CA1068", Justification = "The last one is the caller's own; both holds it too.")]
    private async ValueTask<WatchEvent<T>?> NextAsync<T>(
        ApiRequest request, ResourceType<T> type, LineReader lines, CancellationToken both, CancellationToken cancellation)
        where T : KubeObject
    {
        try
        {
            while (true)
            {
                var read = await lines.ReadAsync(both);
                if (read.Kind == LineReadKind.Line && read.Bytes.Span.Trim(" \t\r"u8).IsEmpty)
                    continue;
                return read.Kind switch
                {
                    LineReadKind.Line => WatchLine.Parse(request, type, read.Bytes.Span),
                    LineReadKind.End => null,
                    LineReadKind.TooLong => WatchLine.Broken<T>(request, $"an event of more than {_options.LongestWatchLine} bytes"),
                    // A server may leave the last newline out.
                    _ => WatchLine.Parse(request, type, read.Bytes.Span),
                };
            }
        }
        catch (Exception e) when (ConnectionFailure.Explains(e))
        {
            return new WatchEvent<T>.Failed(ConnectionFailure.From(request, Server, e));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new WatchEvent<T>.Failed(new ApiFailure(
                ApiFailureKind.Timeout, 200, string.Empty, $"{request}: the stream did not end when it should have", null, []));
        }
    }
}
