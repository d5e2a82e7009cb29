using System.Text;
using NodeGuard.Controller.Observing;
using NodeGuard.Controller.Recycles.Methods;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>The method Webhook: what it signs, reads and waits for.</summary>
public sealed class MethodWebhookTests
{
    [Fact]
    public void The_signature_is_that_of_the_documentation() =>
        WebhookCall.Sign("key"u8, 1800000000, "body"u8).ShouldBe("t=1800000000,v1=a9eddeea3baad9ffc58eeaab8ad11c80f3d49486aa36fc2d90c2e5b49f542d16");

    [Theory]
    [InlineData("https://machines.example.org/replace", "")]
    [InlineData("http://127.0.0.1:8080/replace", "")]
    [InlineData("http://[::1]/replace", "")]
    [InlineData("http://localhost/replace", "")]
    [InlineData("http://machines.example.org/replace", "https: plain http is for addresses of this host only")]
    [InlineData("http://localhost.example.org/replace", "https: plain http is for addresses of this host only")]
    [InlineData("https://me:word@machines.example.org/", "no name and password: a request is signed by spec.replacement.webhook.secret")]
    [InlineData("ftp://machines.example.org/", "an address such as https://machines.example.org/replace")]
    [InlineData("machines", "an address such as https://machines.example.org/replace")]
    [InlineData(null, "an address such as https://machines.example.org/replace")]
    public void Where_a_webhook_may_be(string? url, string problem)
    {
        Uri? at = WebhookAddress.Read(url, out string found);

        found.ShouldBe(problem);
        (at is null).ShouldBe(problem.Length > 0);
    }

    [Theory]
    [InlineData(200, """{"state":"Done","successor":"node-9"}""", "Done { Message = , Successor = node-9 }")]
    [InlineData(202, """{"operation":"op-1","state":"Running","message":"step 2"}""", "Running { Message = step 2 }")]
    [InlineData(200, """{"state":"Failed","message":"no\nquota"}""", "Refused { Message = the provider at here has failed: no quota }")]
    [InlineData(200, "<html>", "Refused { Message = the provider at here gave an answer without a state; wanted is Running, Done or Failed, as docs/reference/webhook.md has it }")]
    [InlineData(200, """["Running"]""", "Refused { Message = the provider at here gave an answer without a state; wanted is Running, Done or Failed, as docs/reference/webhook.md has it }")]
    [InlineData(200, """{"state":"running"}""", "Refused { Message = the provider at here gave the state \"running\"; wanted is Running, Done or Failed, as docs/reference/webhook.md has it }")]
    [InlineData(200, null, "Refused { Message = the provider at here gave an answer that is too long; wanted is Running, Done or Failed, as docs/reference/webhook.md has it }")]
    [InlineData(307, "", "Refused { Message = the provider at here answered 307: name its new address in spec.replacement.webhook.url, redirects are not followed }")]
    [InlineData(401, """{"error":"who?"}""", "Refused { Message = the provider at here does not allow it (401): who?: look at the key in spec.replacement.webhook.secret }")]
    [InlineData(404, "not JSON", "Refused { Message = the provider at here refused it (404) }")]
    [InlineData(422, """{"error":"not that"}""", "Refused { Message = the provider at here refused it (422): not that }")]
    [InlineData(429, "", "NotNow { Message = the provider at here answered 429, After = 00:00:07 }")]
    [InlineData(500, """{"error":7}""", "NotNow { Message = the provider at here answered 500, After = 00:00:07 }")]
    [InlineData(503, """{"error":"later"}""", "NotNow { Message = the provider at here answered 503: later, After = 00:00:07 }")]
    public void What_an_answer_means(int code, string? body, string reply) =>
        WebhookReply.Read("here", code, body is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(body), TimeSpan.FromSeconds(7)).ToString().ShouldBe(reply);

    [Fact]
    public void Rests_grow_to_a_minute_and_differ_from_operation_to_operation()
    {
        TimeSpan[] rests = [.. Enumerable.Range(1, 12).Select(static failures => WebhookPace.Rest("a", failures, null))];

        rests[0].ShouldBeInRange(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2.5));
        rests[3].ShouldBeInRange(TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(20));
        rests[11].ShouldBeInRange(TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(75));
        Enumerable.Range(0, 100).Select(static key => WebhookPace.Rest($"{key}", 9, null)).Distinct().Count().ShouldBeGreaterThan(90);
        WebhookPace.Rest("a", 1, TimeSpan.FromMinutes(2)).ShouldBe(TimeSpan.FromMinutes(2));
        WebhookPace.Rest("a", 1, TimeSpan.FromDays(2)).ShouldBe(TimeSpan.FromMinutes(5));
    }

    [Theory]
    [InlineData("https://machines.example.org/", null)]
    [InlineData("http://machines.example.org/", "spec.replacement.webhook.url is \"http://machines.example.org/\"; wanted is https: plain http is for addresses of this host only")]
    public void A_policy_with_an_address_that_is_not_safe_does_nothing(string url, string? problem)
    {
        var policy = new NodePolicy
        {
            Metadata = new ObjectMeta { Name = "p" },
            Spec = new NodePolicySpec
            {
                NodeSelector = new LabelSelector(),
                Replacement = new PolicyReplacement { Method = "Webhook", Webhook = new WebhookReplacement { Url = url } },
            },
        };

        PolicyReading.Of(policy, null).Problem.ShouldBe(problem);
    }

    [Theory]
    [InlineData("webhook-down", "cannot be reached")]
    [InlineData("webhook-500", "answered 500: the provider is broken")]
    public async Task A_provider_that_is_away_is_asked_again_until_it_is_back(string fault, string message)
    {
        await using FleetStage stage = await MethodStage.StartAsync(ReplacementMethod.Webhook);
        stage.Sandbox.Apply($"pool-faults=workers/{fault}").ShouldBeEmpty();
        Node node = await stage.FirstAsync();
        NodeRecycle asked = await stage.RequestAsync(node.Metadata.Name!);
        NodeRecycle waits = await stage.UntilAsync(asked.Metadata.Name!, seen => seen.Status?.Message?.Contains(message, StringComparison.Ordinal) == true);
        waits.Status!.Phase.ShouldBe(nameof(RecyclePhase.Acting));

        stage.Sandbox.Apply("pool-faults=workers/").ShouldBeEmpty();

        NodeRecycle done = await stage.EndedAsync(asked);
        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Succeeded), $"{done.Status.Message}\n{stage.Log}");
        (await stage.AllAsync(ResourceTypes.Nodes)).Count.ShouldBe(3);
        await stage.UntilNoSlotAsync();
    }

    [Fact]
    public async Task Another_leader_asks_for_the_same_operation_and_not_for_a_second_one()
    {
        await using FleetStage stage = await MethodStage.StartAsync(ReplacementMethod.Webhook, static pool => pool with { Boot = TimeSpan.FromMinutes(10) });
        Node node = await stage.FirstAsync();
        NodeRecycle asked = await stage.RequestAsync(node.Metadata.Name!);
        await stage.UntilAsync(asked.Metadata.Name!, static seen => seen.Status?.Message?.Contains("at work", StringComparison.Ordinal) == true);

        await stage.StopControllersAsync();
        stage.StartController();

        NodeRecycle done = await stage.EndedAsync(asked);
        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Succeeded), $"{done.Status.Message}\n{stage.Log}");
        (await stage.AllAsync(ResourceTypes.Nodes)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_key_is_never_told()
    {
        await using FleetStage stage = await MethodStage.StartAsync(ReplacementMethod.Webhook);
        stage.Sandbox.Apply("pool-faults=workers/webhook-wrong-signature").ShouldBeEmpty();
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Message!.ShouldContain("(401)");
        stage.Log.ToString().ShouldNotContain(MethodStage.Key);
        stage.Log.ToString().ShouldNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(MethodStage.Key)));
    }

    [Theory]
    [InlineData("other", "key", "Secret nodeguard-system/other")]
    [InlineData("machines", "other", "has no entry \"other\" with a key in it")]
    public async Task A_key_that_is_missing_is_said_before_the_node_is_drained(string name, string key, string message)
    {
        await using FleetStage stage = await MethodStage.StartAsync(ReplacementMethod.Webhook, policy: spec =>
        {
            spec.Replacement!.Webhook!.Secret!.Name = name;
            spec.Replacement.Webhook.Secret.Key = key;
        });
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed));
        done.Status.Message!.ShouldContain(message);
        done.Status.Drain.ShouldBeNull();
        await stage.ShouldBeGivenBackAsync(node);
        (await stage.GetAsync(ResourceTypes.NodePolicies, "workers")).Status?.Freeze.ShouldBeNull();
    }
}
