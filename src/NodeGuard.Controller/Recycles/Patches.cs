using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Kubernetes;

namespace NodeGuard.Controller.Recycles;

internal static class Patches
{
    public static Patch Merge(JsonObject body) => new(PatchKind.Merge, Encoding.UTF8.GetBytes(body.ToJsonString()));
}
