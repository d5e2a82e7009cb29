using NodeGuard.Controller.Recycles;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>PromQL queries against a real Prometheus (Invariant 11: what is not known is not fine).</summary>
public sealed class HealthQueryTests
{
    private const string Metrics = "service_ok{instance_of=\"a\"} 1\nservice_ok{instance_of=\"b\"} 1\nservice_half{instance_of=\"a\"} 1\nservice_half{instance_of=\"b\"} 0\n";

    [Fact]
    public async Task Queries_hold_when_they_give_samples_and_none_of_zero()
    {
        await using PrometheusServer prometheus = await PrometheusServer.StartAsync(Metrics);
        await prometheus.UntilAsync("count(service_half)", "\"2\"]");
        using var http = new HttpClient();

        (string Query, string? Problem)[] expected =
        [
            ("service_ok", null),
            ("min(service_ok) == bool 1", null),
            ("scalar(sum(service_ok))", null),
            ("service_half", "1 of 2 samples are zero"),
            ("min(service_half)", "1 of 1 samples are zero"),
            ("sum(service_ok) / 0 - sum(service_ok) / 0", "1 of 1 samples are zero"),
            ("service_half > 5", "it gives no sample"),
            ("nothing_of_that_name", "it gives no sample"),
            ("service_ok[5m]", "it gives no sample"),
            ("sum(", "Prometheus refuses it: "),
        ];
        foreach ((string query, string? problem) in expected)
        {
            QueryVerdict verdict = await AskAsync(http, prometheus.Url, query);
            verdict.Failing.ShouldNotBeNull($"{query}: {verdict.Problem}");
            if (problem is null)
                verdict.Failing.ShouldBeEmpty(query);
            else
                verdict.Failing.ShouldHaveSingleItem(query).ShouldStartWith($"q: {problem}");
        }
    }

    [Fact]
    public async Task A_Prometheus_that_does_not_answer_leaves_it_unknown()
    {
        await using PrometheusServer prometheus = await PrometheusServer.StartAsync(Metrics);
        using var http = new HttpClient();
        // A path of Prometheus that is no API.
        QueryVerdict elsewhere = await AskAsync(http, prometheus.Url + "/elsewhere", "service_ok");
        elsewhere.Failing.ShouldBeNull();
        elsewhere.Problem.ShouldContain("answer 404 is none of Prometheus");

        await prometheus.StopAsync();

        QueryVerdict down = await AskAsync(http, prometheus.Url, "service_ok");
        down.Failing.ShouldBeNull();
        down.Problem.ShouldContain($"Prometheus at {new Uri(prometheus.Url).Authority} cannot be asked: ");
    }

    [Fact]
    public async Task A_policy_without_a_Prometheus_to_ask_does_not_hold()
    {
        using var http = new HttpClient();

        QueryVerdict verdict = await AskAsync(http, string.Empty, "up");

        verdict.Failing.ShouldHaveSingleItem().ShouldContain("wanted is the URL of a Prometheus");
    }

    [Fact]
    public async Task A_recycle_waits_until_its_queries_hold()
    {
        await using PrometheusServer prometheus = await PrometheusServer.StartAsync(Metrics);
        await prometheus.UntilAsync("count(service_half)", "\"2\"]");
        await using FleetStage stage = await MethodStage.StartAsync(ReplacementMethod.DeleteNode, policy: spec => spec.Health = new PolicyHealth
        {
            Timeout = "12h",
            Prometheus = prometheus.Url,
            Queries = [new HealthQuery { Name = "all", Query = "service_ok" }, new HealthQuery { Name = "both", Query = "service_half" }],
        });
        Node node = await stage.FirstAsync();
        NodeRecycle asked = await stage.RequestAsync(node.Metadata.Name!);
        NodeRecycle waits = await stage.UntilAsync(
            asked.Metadata.Name!, static seen => seen.Status?.Message?.Contains("queries that do not hold: both: 1 of 2 samples are zero", StringComparison.Ordinal) == true);
        waits.Status!.Phase.ShouldBe(nameof(RecyclePhase.Verifying));

        prometheus.Metrics = Metrics.Replace(" 0\n", " 3\n", StringComparison.Ordinal);

        NodeRecycle done = await stage.EndedAsync(asked);
        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Succeeded), $"{done.Status.Message}\n{stage.Log}");
    }

    private static Task<QueryVerdict> AskAsync(HttpClient http, string server, string query) => new HealthQueries(http, TimeProvider.System).FailingAsync(
        new PolicyHealth { Prometheus = server, Queries = [new HealthQuery { Name = "q", Query = query }] }, default);
}
