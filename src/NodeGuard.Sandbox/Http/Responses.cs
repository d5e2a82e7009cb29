using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Http;

/// <summary>Writes answers.</summary>
internal static class Responses
{
    private const int CompressFrom = 128 * 1024;

    public static Task WriteAsync(HttpContext context, ApiStatus status)
    {
        if (status.RetryAfterSeconds is > 0 and { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(context, status.Code, status.ToJson());
    }

    public static Task WriteAsync(HttpContext context, int code, JsonNode body, string type = "application/json") =>
        WriteAsync(context, code, JsonText.Utf8(body), type);

    public static async Task WriteAsync(
        HttpContext context, int code, ReadOnlyMemory<byte> body, string type = "application/json")
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = "no-cache, private";
        bool compress = body.Length >= CompressFrom
            && context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal);
        if (!compress)
        {
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
            return;
        }

        context.Response.Headers.ContentEncoding = "gzip";
        context.Response.Headers.Vary = "Accept-Encoding";
        await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
        await gzip.WriteAsync(body, context.RequestAborted);
    }

    public static Task WriteTextAsync(HttpContext context, int code, string text) =>
        WriteAsync(context, code, System.Text.Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");

    /// <summary>Warning headers, which clients print: each text once.</summary>
    public static void AddWarnings(HttpContext context, IEnumerable<string> warnings)
    {
        foreach (string text in warnings.Distinct())
        {
            string quoted = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            context.Response.Headers.Append("Warning", $"299 - \"{quoted.ReplaceLineEndings(" ")}\"");
        }
    }

    public static ArrayBufferWriter<byte> Buffer(int bytes = 16 * 1024) => new(bytes);
}
