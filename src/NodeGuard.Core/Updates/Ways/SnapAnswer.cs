using System.Text.Json;

namespace NodeGuard.Core.Updates.Ways;

/// <summary>snapd's answers, as its REST API gives them.</summary>
public static class SnapAnswer
{
    public const string Key = "refresh.hold";

    /// <summary>Of a question for <see cref="Key"/>.</summary>
    public static SnapLook Hold(ReadOnlyMemory<byte> json) => Read(json, static (root, result) =>
    {
        if (Text(result, "kind") == "option-not-found")
            return new SnapLook.Known(null);
        if (Failure(root, result) is { } failure)
            return new SnapLook.Unknown(failure);
        return Text(result, Key) is { Length: > 0 } hold
            ? new SnapLook.Known(ParseProblems.Shown(hold))
            : new SnapLook.Unknown($"snapd's answer has no {Key}");
    });

    /// <summary>Of a setting: which change snapd makes of it, or why it makes none.</summary>
    public static (string? Change, string? Problem) Accepted(ReadOnlyMemory<byte> json)
    {
        string? change = null;
        SnapLook answer = Read(json, (root, result) =>
        {
            change = Text(root, "change");
            return new SnapLook.Unknown(Failure(root, result) ?? "snapd's answer names no change");
        });
        return change is { Length: > 0 and <= 20 } id && id.All(char.IsAsciiDigit) ? (id, null) : (null, ((SnapLook.Unknown)answer).Problem);
    }

    /// <summary>Of a question for a change: whether it has ended, and why it failed, if it has.</summary>
    public static (bool Ended, string? Problem) Ended(ReadOnlyMemory<byte> json)
    {
        bool ended = false;
        string? problem = null;
        SnapLook answer = Read(json, (root, result) =>
        {
            if (Failure(root, result) is { } failure)
                return new SnapLook.Unknown(failure);
            ended = result.ValueKind == JsonValueKind.Object && result.TryGetProperty("ready", out JsonElement ready) && ready.ValueKind == JsonValueKind.True;
            if (ended && Text(result, "status") is var status && status != "Done")
                problem = $"snapd could not set {Key} ({ParseProblems.Shown(status)}: {ParseProblems.Shown(Text(result, "err") ?? "no reason is told", 300)})";
            return new SnapLook.Known(null);
        });
        return answer is SnapLook.Unknown unknown ? (true, unknown.Problem) : (ended, problem);
    }

    private static SnapLook Read(ReadOnlyMemory<byte> json, Func<JsonElement, JsonElement, SnapLook> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("result", out JsonElement result)
                ? read(root, result)
                : new SnapLook.Unknown("what answers at snapd's socket does not speak as snapd");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A text of surrogates that do not pair cannot be had as a string.
            return new SnapLook.Unknown("what answers at snapd's socket does not speak as snapd");
        }
    }

    private static string? Failure(JsonElement root, JsonElement result) => Text(root, "type") == "error"
        ? $"snapd says: {ParseProblems.Shown(Text(result, "message") ?? "no reason is told", 300)}"
        : null;

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
