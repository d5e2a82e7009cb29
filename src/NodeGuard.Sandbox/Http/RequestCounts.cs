using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace NodeGuard.Sandbox.Http;

/// <summary>
/// How often which program asked for what. The admin endpoint <c>/sandbox/requests</c> tells it as lines of text
/// (<c>COUNT PROGRAM VERB RESOURCE</c>, the program as its User-Agent begins), and forgets it on DELETE.
/// </summary>
public sealed class RequestCounts
{
    public const string Path = "/sandbox/requests";

    // Programs and paths are the clients' words: what comes after this many different ones counts as one.
    private const int Most = 1000;
    private const string Others = "- - others";

    private readonly ConcurrentDictionary<string, int> _counts = new();

    public void Count(HttpRequest request)
    {
        string key = KeyOf(request);
        _counts.AddOrUpdate(_counts.Count < Most || _counts.ContainsKey(key) ? key : Others, 1, static (_, count) => count + 1);
    }

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain";
        switch (context.Request.Method)
        {
            case "GET":
                await context.Response.WriteAsync(Text(), context.RequestAborted);
                break;
            case "DELETE":
                _counts.Clear();
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                await context.Response.WriteAsync("allowed: GET, DELETE\n", context.RequestAborted);
                break;
        }
    }

    private string Text() => string.Concat(_counts.OrderBy(entry => entry.Key, StringComparer.Ordinal)
        .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Value} {entry.Key}\n")));

    private static string KeyOf(HttpRequest request)
    {
        string agent = request.Headers.UserAgent.ToString().Split('/', ' ')[0];
        string program = agent.Length > 0 ? agent : "-";
        string path = request.Path.Value ?? "/";
        if (RequestPath.Parse(path) is not { } named)
            return $"{program} {Verb(request, named: true)} {path}";
        string resource = named.Subresource.Length > 0 ? $"{named.Resource}/{named.Subresource}" : named.Resource;
        return $"{program} {Verb(request, named.Name.Length > 0)} {resource}";
    }

    private static string Verb(HttpRequest request, bool named) => request.Method switch
    {
        "GET" when named => "get",
        "GET" => request.Query["watch"].ToString() is "" or "0" or "false" ? "list" : "watch",
        "POST" => "create",
        "PUT" => "update",
        var other => other.ToLowerInvariant(),
    };
}
