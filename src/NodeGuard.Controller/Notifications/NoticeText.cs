using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeGuard.Controller.Notifications;

/// <summary>A notice as receivers take it.</summary>
internal static class NoticeText
{
    private const int LongestMessage = 2_000;

    /// <summary>NodeGuard's own object, version 1.</summary>
    public static byte[] Json(Notice notice) => Bytes(new JsonObject
    {
        ["version"] = 1,
        ["id"] = notice.Id,
        ["event"] = notice.Event,
        ["time"] = notice.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["object"] = new JsonObject { ["kind"] = notice.Kind, ["name"] = notice.Name },
        ["message"] = Short(notice.Message),
    });

    /// <summary>What Slack's incoming webhooks take; its three signs of markup are escaped as it asks.</summary>
    public static byte[] Slack(Notice notice) => Bytes(new JsonObject
    {
        ["text"] = Short(notice.Message)
            .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal),
    });

    private static string Short(string message) => message.Length <= LongestMessage ? message : string.Concat(message.AsSpan(0, LongestMessage), "...");

    private static byte[] Bytes(JsonObject body) => Encoding.UTF8.GetBytes(body.ToJsonString());
}
