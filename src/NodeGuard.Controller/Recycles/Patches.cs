using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Kubernetes;

namespace NodeGuard.Controller.Recycles;

internal static class Patches
{
    public static Patch Merge(JsonObject body) => new(PatchKind.Merge, Encoding.UTF8.GetBytes(body.ToJsonString()));

    /// <summary>Lists with a merge key, such as conditions, are merged by it.</summary>
    public static Patch Strategic(JsonObject body) => new(PatchKind.Strategic, Encoding.UTF8.GetBytes(body.ToJsonString()));
}
