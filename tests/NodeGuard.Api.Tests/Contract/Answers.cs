using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>What the contract's tests ask of answers.</summary>
internal static class Answers
{
    /// <summary>A refusal with this code, reason and message, said in the header of HTTP and in the Status alike.</summary>
    public static RawAnswer ShouldBeRefused(this RawAnswer answer, int code, string reason, string message)
    {
        (answer.Code, answer.Reason, answer.Message).ShouldBe((code, reason, message));
        answer["kind"].ToString().ShouldBe("Status");
        answer["status"].ToString().ShouldBe("Failure");
        answer["code"].GetValue<int>().ShouldBe(code);
        return answer;
    }

    /// <summary>The causes as `field: reason: message`.</summary>
    public static string[] Causes(this RawAnswer answer) =>
    [
        .. (answer.Body?["details"]?["causes"]?.AsArray() ?? []).Select(c => $"{c!["field"]}: {c["reason"]}: {c["message"]}"),
    ];

    public static RawAnswer ShouldBeDone(this RawAnswer answer, int code = 200)
    {
        answer.Code.ShouldBe(code, answer.Text);
        return answer;
    }

    public static string? RetryAfter(this RawAnswer answer) =>
        answer.Headers.TryGetValues("Retry-After", out IEnumerable<string>? values) ? values.Single() : null;

    public static string[] ItemNames(this RawAnswer list) =>
        [.. list["items"].AsArray().Select(i => (string)i!["metadata"]!["name"]!)];

    public static JsonNode Json(string text) => JsonNode.Parse(text)!;

    public static JsonObject Map(string name, string value = "1") => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["data"] = new JsonObject { ["k"] = value },
    };

    /// <summary>Text for comparisons: the order of fields says nothing.</summary>
    public static string Sorted(JsonNode value) => value switch
    {
        JsonObject map => "{" + string.Join(",", map.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => $"\"{p.Key}\":{(p.Value is null ? "null" : Sorted(p.Value))}")) + "}",
        JsonArray list => "[" + string.Join(",", list.Select(i => i is null ? "null" : Sorted(i))) + "]",
        _ => value.ToJsonString(),
    };
}
