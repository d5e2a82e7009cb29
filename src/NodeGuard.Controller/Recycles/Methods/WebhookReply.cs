using System.Text.Json;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>What a provider has answered, as docs/reference/webhook.md has it.</summary>
internal abstract record WebhookReply
{
    private const int LongestText = 300;

    private WebhookReply()
    {
    }

    public sealed record Running(string Message) : WebhookReply;

    public sealed record Done(string Message, string Successor) : WebhookReply;

    /// <summary>No waiting changes it.</summary>
    public sealed record Refused(string Message) : WebhookReply;

    /// <summary>Not now.</summary>
    /// <param name="After">How long the provider wants to be left alone; null when it has not said.</param>
    public sealed record NotNow(string Message, TimeSpan? After) : WebhookReply;

    /// <param name="body">Null when it was longer than an answer may be.</param>
    public static WebhookReply Read(string provider, int code, ReadOnlyMemory<byte>? body, TimeSpan? retryAfter)
    {
        string said = body is { } bytes && Text(bytes, "error") is { Length: > 0 } error ? $": {error}" : string.Empty;
        return code switch
        {
            200 or 202 => body is { } answer ? OfOperation(provider, answer) : Strange(provider, "an answer that is too long"),
            408 or 425 or 429 or >= 500 => new NotNow($"the provider at {provider} answered {code}{said}", retryAfter),
            401 or 403 => new Refused($"the provider at {provider} does not allow it ({code}){said}: look at the key in spec.replacement.webhook.secret"),
            >= 300 and < 400 => new Refused($"the provider at {provider} answered {code}: name its new address in spec.replacement.webhook.url, redirects are not followed"),
            _ => new Refused($"the provider at {provider} refused it ({code}){said}"),
        };
    }

    private static WebhookReply OfOperation(string provider, ReadOnlyMemory<byte> body)
    {
        string message = Text(body, "message") ?? string.Empty;
        return Text(body, "state") switch
        {
            "Running" => new Running(message),
            "Done" => new Done(message, Text(body, "successor") ?? string.Empty),
            "Failed" => new Refused($"the provider at {provider} has failed{(message.Length > 0 ? $": {message}" : "")}"),
            { } other => Strange(provider, $"the state \"{other}\""),
            null => Strange(provider, "an answer without a state"),
        };
    }

    private static Refused Strange(string provider, string what) =>
        new($"the provider at {provider} gave {what}; wanted is Running, Done or Failed, as docs/reference/webhook.md has it");

    // Anybody's text, and for people: short, on one line.
    private static string? Text(ReadOnlyMemory<byte> body, string field)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty(field, out JsonElement value)
                || value.ValueKind != JsonValueKind.String)
            {
                return null;
            }

            string text = string.Concat(value.GetString()!.Select(static letter => char.IsControl(letter) ? ' ' : letter));
            return text.Length <= LongestText ? text : text[..LongestText] + "...";
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
