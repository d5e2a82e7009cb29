using System.Globalization;
using System.Text.Json;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Recycles;

/// <param name="Failing">Those that do not hold, each as one phrase; null when it is not known (Invariant 11).</param>
/// <param name="Problem">Why it is not known.</param>
internal readonly record struct QueryVerdict(IReadOnlyList<string>? Failing, string Problem = "");

/// <summary>The PromQL queries of a policy: each must give at least one sample, and none of zero.</summary>
internal sealed class HealthQueries(HttpClient http, TimeProvider time)
{
    private const int LongestAnswer = 1 << 20;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public async Task<QueryVerdict> FailingAsync(PolicyHealth? health, CancellationToken cancellation)
    {
        var failing = new List<string>();
        foreach (HealthQuery query in health?.Queries ?? [])
        {
            if (health!.Prometheus is not { Length: > 0 } server || !Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out Uri? at))
                return new([$"{query.Name}: spec.health.prometheus is \"{health.Prometheus}\", wanted is the URL of a Prometheus"]);
            (string? problem, string unknown) = await AskAsync(at, query.Query ?? string.Empty, cancellation);
            if (problem is null)
                return new(null, $"Prometheus at {at.Authority} cannot be asked: {unknown}");
            if (problem.Length > 0)
                failing.Add($"{query.Name}: {problem}");
        }

        return new(failing);
    }

    /// <returns>What is wrong, empty when it holds; or null, and why it is not known.</returns>
    private async Task<(string? Problem, string Unknown)> AskAsync(Uri server, string query, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        string code = "no answer";
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(
                new Uri(server, "api/v1/query?query=" + Uri.EscapeDataString(query)), HttpCompletionOption.ResponseHeadersRead, either.Token);
            code = $"answer {(int)answer.StatusCode}";
            // Overload and time-outs of Prometheus come as 503, and say nothing of the query.
            if ((int)answer.StatusCode >= 500)
                return (null, code);
            await using Stream stream = await answer.Content.ReadAsStreamAsync(either.Token);
            byte[] body = new byte[LongestAnswer + 1];
            int length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, either.Token);
            if (length > LongestAnswer)
                return (null, $"its answer is longer than {LongestAnswer} bytes");
            using JsonDocument document = JsonDocument.Parse(body.AsMemory(0, length));
            return Verdict(document.RootElement) is { } verdict ? (verdict, string.Empty) : (null, code);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"no answer within {Timeout.TotalSeconds:0} s");
        }
        catch (Exception unknown) when (unknown is HttpRequestException or IOException)
        {
            return (null, unknown.Message);
        }
        catch (Exception unknown) when (unknown is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return (null, $"{code} is none of Prometheus");
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
