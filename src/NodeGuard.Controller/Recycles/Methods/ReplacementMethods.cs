using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>Every method.</summary>
internal static class ReplacementMethods
{
    public static IReadOnlyDictionary<ReplacementMethod, IReplacementMethod> All(IKubeApi api, HttpClient http, TimeProvider time) =>
        new Dictionary<ReplacementMethod, IReplacementMethod>
        {
            [ReplacementMethod.Reboot] = new RebootByAgent(api),
            [ReplacementMethod.Update] = new UpdateByAgent(api),
            [ReplacementMethod.ClusterApi] = new DeletedObject(api, new ClusterApiMachine(api)),
            [ReplacementMethod.Karpenter] = new DeletedObject(api, new KarpenterNodeClaim(api)),
            [ReplacementMethod.DeleteResource] = new DeletedObject(api, new MappedResource(api)),
            [ReplacementMethod.DeleteNode] = new DeletedObject(api, new NodeItself()),
            [ReplacementMethod.Webhook] = new WebhookProvider(api, new WebhookCall(http, time)),
        };
}
