using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>An open watch, line by line.</summary>
internal sealed class WatchStream : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private WatchStream(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _lines = new StreamReader(body);
    }

    public int Code => (int)_response.StatusCode;

    public static async Task<WatchStream> OpenAsync(RawApi api, string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        HttpResponseMessage response = await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new WatchStream(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event; null when the stream has ended.</summary>
    public async Task<JsonNode?> NextAsync()
    {
        string? line = await _lines.ReadLineAsync().WaitAsync(Deadline);
        return line is null ? null : JsonNode.Parse(line);
    }

    /// <summary>The next events as `TYPE name`.</summary>
    public async Task<string[]> NextAsync(int count)
    {
        var events = new List<string>();
        while (events.Count < count && await NextAsync() is { } next)
            events.Add(Text(next));
        return [.. events];
    }

    public async Task<List<JsonNode>> ToEndAsync()
    {
        var events = new List<JsonNode>();
        while (await NextAsync() is { } next)
            events.Add(next);
        return events;
    }

    public static string Text(JsonNode entry) => $"{entry["type"]} {entry["object"]!["metadata"]?["name"]}".TrimEnd();

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }
}
