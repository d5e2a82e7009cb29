using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;

namespace NodeGuard.Controller.Tests;

/// <summary>What the tests of the methods have in common: a small pool, a policy for its provider, one recycle by hand.</summary>
internal static class MethodStage
{
    public const double Speed = 120;

    public const string Key = "a key of the tests";

    public static readonly PoolSpec Pool = new()
    {
        Name = "workers",
        Count = 3,
        Agents = true,
        Boot = TimeSpan.FromSeconds(30),
        Ready = TimeSpan.FromSeconds(5),
        Image = "debian-12.1",
    };

    public static PoolProvider ProviderOf(ReplacementMethod method) => method switch
    {
        ReplacementMethod.ClusterApi => PoolProvider.ClusterApi,
        ReplacementMethod.Karpenter => PoolProvider.Karpenter,
        ReplacementMethod.DeleteResource => PoolProvider.Resource,
        ReplacementMethod.Webhook => PoolProvider.Webhook,
        _ => PoolProvider.Autoscaling,
    };

    /// <summary>A pool of the method's provider, a policy that uses it, and a controller.</summary>
    public static async Task<FleetStage> StartAsync(ReplacementMethod method, Func<PoolSpec, PoolSpec>? pool = null, Action<NodePolicySpec>? policy = null)
    {
        PoolSpec spec = Pool with { Provider = ProviderOf(method), Secret = Key };
        FleetStage stage = await FleetStage.StartAsync(Speed, pool?.Invoke(spec) ?? spec);
        await stage.SecretAsync("machines", "key", Encoding.UTF8.GetBytes(Key));
        await stage.PolicyAsync(Pool.Name, spec =>
        {
            Use(spec, method, stage);
            policy?.Invoke(spec);
        });
        stage.StartController();
        return stage;
    }

    public static async Task<Node> FirstAsync(this FleetStage stage) =>
        (await stage.AllAsync(ResourceTypes.Nodes)).OrderBy(static node => node.Metadata.Name, StringComparer.Ordinal).First();

    /// <summary>It has ended, and its node was given back.</summary>
    public static Task<NodeRecycle> EndedAsync(this FleetStage stage, NodeRecycle asked) => stage.UntilAsync(
        asked.Metadata.Name!,
        static seen => seen.Status?.Phase is nameof(RecyclePhase.Succeeded) or nameof(RecyclePhase.Failed) or nameof(RecyclePhase.Cancelled)
            && seen.Metadata.Finalizers is null or []);

    /// <summary>The same node, without our marks.</summary>
    public static async Task ShouldBeGivenBackAsync(this FleetStage stage, Node node)
    {
        Node after = await stage.GetAsync(ResourceTypes.Nodes, node.Metadata.Name!);
        after.Metadata.Uid.ShouldBe(node.Metadata.Uid);
        (after.Spec?.Unschedulable ?? false).ShouldBeFalse();
        (after.Metadata.Annotations ?? []).ShouldNotContainKey(DrainKeys.CordonedBy);
        (after.Spec?.Taints ?? []).ShouldNotContain(static taint => taint.Key == FleetKeys.RecycleTaint);
    }

    /// <summary>A person lifts the freeze that stands.</summary>
    public static async Task ResumeAsync(this FleetStage stage, string policy)
    {
        NodePolicy frozen = await stage.UntilFrozenAsync(policy);
        var annotations = new JsonObject { [FleetKeys.Resume] = frozen.Status!.Freeze!.Id };
        await stage.ChangePolicyAsync(policy, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }.ToJsonString());
    }

    public static async Task FinalizersAsync(this FleetStage stage, Node node, params string[] finalizers)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray([.. finalizers.Select(static name => (JsonNode)name)]) } };
        FleetStage.Value(await stage.Api.PatchAsync(
            ResourceTypes.Nodes, new ObjectName(string.Empty, node.Metadata.Name!), new Patch(PatchKind.Merge, Encoding.UTF8.GetBytes(patch.ToJsonString())),
            subresource: null, WriteOptions.Default, default));
    }

    public static async Task SecretAsync(this FleetStage stage, string name, string key, byte[] value)
    {
        var namespaces = ResourceTypes.Untyped("", "v1", "namespaces", "Namespace", namespaced: false);
        var secrets = ResourceTypes.Untyped("", "v1", "secrets", "Secret", namespaced: true);
        await ApplyAsync(stage, namespaces, new ObjectName(string.Empty, FleetKeys.SystemNamespace), []);
        await ApplyAsync(stage, secrets, new ObjectName(FleetKeys.SystemNamespace, name), new JsonObject
        {
            ["data"] = new JsonObject { [key] = Convert.ToBase64String(value) },
        });
    }

    public static void Use(NodePolicySpec spec, ReplacementMethod method, FleetStage stage)
    {
        spec.Replacement = new PolicyReplacement { Method = method.ToString() };
        if (method == ReplacementMethod.DeleteResource)
        {
            spec.Replacement.DeleteResource = new ResourceReplacement
            {
                ApiVersion = "example.nodeguard.io/v1",
                Resource = "instances",
                MatchBy = "ProviderId",
                ProviderIdField = "metadata.annotations.crossplane\\.io/external-name",
            };
        }
        else if (method == ReplacementMethod.Webhook)
        {
            spec.Replacement.Webhook = new WebhookReplacement
            {
                Url = stage.Sandbox.WebhookUrl ?? "http://127.0.0.1:9/",
                Secret = new SecretKey { Namespace = FleetKeys.SystemNamespace, Name = "machines", Key = "key" },
                // The stage's time runs fast, the connection's does not.
                Timeout = "20m",
            };
        }
    }

    private static async Task ApplyAsync(FleetStage stage, ResourceType<UntypedObject> type, ObjectName place, JsonObject body)
    {
        body["apiVersion"] = type.ApiVersion;
        body["kind"] = type.Kind;
        body["metadata"] = new JsonObject { ["name"] = place.Name };
        FleetStage.Value(await stage.Api.PatchAsync(
            type, place, new Patch(PatchKind.Apply, Encoding.UTF8.GetBytes(body.ToJsonString())), subresource: null, new WriteOptions("tests", Force: true), default));
    }
}
