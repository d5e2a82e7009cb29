using System.Globalization;
using System.Text.Json;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Recycles;

/// <summary>The PromQL queries of a policy: each must give at least one sample, and none of zero.</summary>
internal sealed class HealthQueries(HttpClient http)
{
    private const int LongestAnswer = 1 << 20;

    /// <summary>Those that do not hold, each as one phrase; null when Prometheus could not be asked (Invariant 11).</summary>
    public async Task<IReadOnlyList<string>?> FailingAsync(PolicyHealth? health, CancellationToken cancellation)
    {
        var failing = new List<string>();
        foreach (HealthQuery query in health?.Queries ?? [])
        {
            if (health!.Prometheus is not { Length: > 0 } server || !Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out Uri? at))
                return [$"{query.Name}: spec.health.prometheus is \"{health.Prometheus}\", wanted is the URL of a Prometheus"];
            switch (await AskAsync(at, query.Query ?? string.Empty, cancellation))
            {
                case null:
                    return null;
                case { Length: > 0 } problem:
                    failing.Add($"{query.Name}: {problem}");
                    break;
            }
        }

        return failing;
    }

    /// <summary>Empty: it holds. Null: not known.</summary>
    private async Task<string?> AskAsync(Uri server, string query, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(
                new Uri(server, "api/v1/query?query=" + Uri.EscapeDataString(query)), HttpCompletionOption.ResponseContentRead, cancellation);
            byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            if (body.Length > LongestAnswer)
                return null;
            using JsonDocument document = JsonDocument.Parse(body);
            return Verdict(document.RootElement);
        }
        catch (Exception unknown) when (unknown is HttpRequestException or JsonException or InvalidOperationException
            || (unknown is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    // {"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000000.0,"1"]}]}}
    private static string? Verdict(JsonElement answer)
    {
        if (answer.GetProperty("status").GetString() != "success")
            return answer.TryGetProperty("error", out JsonElement error) ? $"Prometheus refuses it: {error.GetString()}" : null;
        JsonElement data = answer.GetProperty("data");
        JsonElement result = data.GetProperty("result");
        JsonElement[] samples = data.GetProperty("resultType").GetString() switch
        {
            "vector" => [.. result.EnumerateArray().Select(static series => series.GetProperty("value"))],
            "scalar" => [result],
            _ => [],
        };
        if (samples.Length == 0)
            return "it gives no sample";
        int zeroes = samples.Count(static sample =>
            !double.TryParse(sample[1].GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || value == 0 || double.IsNaN(value));
        return zeroes == 0 ? string.Empty : $"{zeroes} of {samples.Length} samples are zero";
    }
}
