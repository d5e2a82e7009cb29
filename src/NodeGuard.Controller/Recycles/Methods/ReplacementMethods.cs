using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>Every method.</summary>
internal static class ReplacementMethods
{
    public static IReadOnlyDictionary<ReplacementMethod, IReplacementMethod> All(IKubeApi api) => new Dictionary<ReplacementMethod, IReplacementMethod>
    {
        [ReplacementMethod.Reboot] = new RebootByAgent(api),
        [ReplacementMethod.DeleteNode] = new DeletedObject(api, new NodeItself()),
    };
}
