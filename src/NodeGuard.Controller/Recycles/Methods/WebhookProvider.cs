using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Controller.Observing;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>A provider's service is asked by signed HTTP requests; the same request again asks how far it is.</summary>
internal sealed class WebhookProvider(IKubeApi api, WebhookCall call) : IReplacementMethod
{
    private readonly WebhookPace _pace = new();

    public async Task<Preparation> PrepareAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        if (recycle.Policy?.Spec?.Replacement?.Webhook is not { } webhook)
            return new Preparation.Refused($"the method Webhook needs a policy with spec.replacement.webhook, and node {recycle.NodeName} has none");
        if (WebhookAddress.Read(webhook.Url, out string problem) is null)
            return new Preparation.Refused($"spec.replacement.webhook.url of policy {recycle.Policy.Metadata.Name} cannot be used; wanted is {problem}");
        return webhook.Secret is { } secret && await SecretBytes.ReadAsync(api, secret, cancellation) is { Problem: { } missing }
            ? missing
            : new Preparation.Ready(null);
    }

    public async Task<Asked> AskAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        string key = Key(recycle);
        if (_pace.Standing(key, recycle.Now) is { } standing)
            return standing;
        // What was asked for goes on; only nobody can be asked how far it is.
        if (recycle.Policy?.Spec?.Replacement?.Webhook is not { } webhook)
            return new Asked.Running("the provider was asked, and its address is not known any more: its policy was changed or deleted");
        if (WebhookAddress.Read(webhook.Url, out string problem) is not { } at)
            return new Asked.Later($"spec.replacement.webhook.url cannot be used; wanted is {problem}");
        byte[]? secret = null;
        if (webhook.Secret is { } place)
        {
            (secret, Preparation? missing) = await SecretBytes.ReadAsync(api, place, cancellation);
            if (missing is not null)
                return Later(key, missing is Preparation.Refused refused ? refused.Message : ((Preparation.Later)missing).Message, null, recycle.Now);
        }

        TimeSpan timeout = new RecycleSettings(recycle.Policy.Spec).WebhookTimeout;
        return await call.PostAsync(at, key, Body(recycle), secret, timeout, cancellation) switch
        {
            WebhookReply.Running running => Answered(key, $"the provider is at work{(running.Message.Length > 0 ? $": {running.Message}" : "")}", recycle.Now),
            WebhookReply.Done done => Answered(key, $"the provider is done{(done.Successor.Length > 0 ? $", node {done.Successor} comes" : "")}; waits for the new node to join", recycle.Now),
            WebhookReply.NotNow later => Later(key, later.Message, later.After, recycle.Now),
            WebhookReply.Refused refused => new Asked.Refused(refused.Message),
            _ => throw new InvalidOperationException("no such reply"),
        };
    }

    /// <summary>One for each try, as long as it is asked for.</summary>
    public static string Key(RecycleContext recycle) => string.Create(CultureInfo.InvariantCulture, $"{recycle.Uid}-{RecycleReading.Attempts(recycle.Recycle)}");

    // From what was written at the beginning: a request that is repeated is the same to the byte.
    private static byte[] Body(RecycleContext recycle)
    {
        RecycledNode? node = recycle.Recycle.Status?.Node;
        var body = new JsonObject
        {
            ["version"] = 1,
            ["action"] = "replace",
            ["recycle"] = new JsonObject { ["name"] = recycle.Name, ["uid"] = recycle.Uid },
            ["node"] = new JsonObject
            {
                ["name"] = recycle.NodeName,
                ["uid"] = node?.Uid,
                ["providerID"] = node?.ProviderId,
                ["zone"] = node?.Zone,
            },
            ["replacementFirst"] = false,
        };
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    private Asked.Running Answered(string key, string state, DateTimeOffset now)
    {
        var answer = new Asked.Running(state);
        _pace.Answered(key, answer, now);
        return answer;
    }

    private Asked.Later Later(string key, string message, TimeSpan? wanted, DateTimeOffset now)
    {
        var answer = new Asked.Later($"{message}; tried again");
        _pace.Failed(key, answer, wanted, now);
        return answer;
    }
}
