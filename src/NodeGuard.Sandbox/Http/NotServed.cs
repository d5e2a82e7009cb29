using NodeGuard.Sandbox.Api;

namespace NodeGuard.Sandbox.Http;

/// <summary>What a real cluster serves and this one does not: said in words that kubectl shows.</summary>
internal static class NotServed
{
    public static ApiStatus? Answer(RequestPath path) => path switch
    {
        { Group: "metrics.k8s.io" } => ApiStatus.NotDoneHere("metrics; no containers run, so there is no usage to show"),
        { Group: "", Resource: "pods", Subresource: "log" } =>
            ApiStatus.NotDoneHere("logs; pods are simulated and no container writes any"),
        { Group: "", Resource: "pods", Subresource: "exec" } =>
            ApiStatus.NotDoneHere("exec; pods are simulated and there is no container to run a command in"),
        { Group: "", Resource: "pods", Subresource: "attach" } =>
            ApiStatus.NotDoneHere("attach; pods are simulated and there is no process to attach to"),
        { Group: "", Resource: "pods", Subresource: "portforward" } =>
            ApiStatus.NotDoneHere("port-forward; pods are simulated and nothing listens in them"),
        { Group: "", Resource: "pods", Subresource: "ephemeralcontainers" } =>
            ApiStatus.NotDoneHere("debug containers; pods are simulated"),
        { Resource: "pods" or "nodes" or "services", Subresource: var sub }
            when sub == "proxy" || sub.StartsWith("proxy/", StringComparison.Ordinal) =>
            ApiStatus.NotDoneHere("proxying; nothing listens behind nodes, pods and services"),
        _ => null,
    };
}
