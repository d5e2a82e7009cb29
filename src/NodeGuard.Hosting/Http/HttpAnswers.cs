using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace NodeGuard.Hosting.Http;

/// <summary>The few forms that an answer takes.</summary>
public static class HttpAnswers
{
    public static Task TextAsync(HttpContext context, int status, string text, string contentType = "text/plain; charset=utf-8") =>
        BytesAsync(context, status, Encoding.UTF8.GetBytes(text), contentType);

    public static Task JsonAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type) =>
        BytesAsync(context, status, JsonSerializer.SerializeToUtf8Bytes(value, type), "application/json");

    /// <summary>Large lists go out in pieces: 100,000 objects never stand in memory as one text.</summary>
    public static async Task JsonStreamAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await JsonSerializer.SerializeAsync(context.Response.BodyWriter, value, type, context.RequestAborted);
        }
    }

    public static Task ErrorAsync(HttpContext context, int status, string sentence) =>
        JsonAsync(context, status, new ErrorResponse(sentence), HostingJsonContext.Default.ErrorResponse);

    public static Task NotFoundAsync(HttpContext context, string known) =>
        ErrorAsync(context, StatusCodes.Status404NotFound, $"{Shown(context.Request.Path)} is not here; known: {known}.");

    public static Task WrongMethodAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return ErrorAsync(
            context,
            StatusCodes.Status405MethodNotAllowed,
            $"{Shown(context.Request.Method)} is not possible on {Shown(context.Request.Path)}; use {allowed}.");
    }

    /// <summary>Text of a request, fit to be repeated in a message.</summary>
    public static string Shown(string? text)
    {
        string cut = text is { Length: > 100 } ? text[..100] + "..." : text ?? string.Empty;
        return string.Concat(cut.Select(c => char.IsControl(c) ? '?' : c));
    }

    private static async Task BytesAsync(HttpContext context, int status, byte[] body, string contentType)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
        }
    }
}
