using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Faults;

/// <summary>
/// The admin endpoint <c>/sandbox/faults</c>: GET lists the faults as text, POST adds those of its body (one a line), DELETE
/// ends all of them. Besides faults of requests a line may be a deed: <c>node-gone=NODE</c>, <c>node-back=NODE</c>,
/// <c>node-faults=NODE/FAULTS</c>, <c>pool-faults=POOL/FAULTS</c>, <c>pool-image=POOL/IMAGE</c>, <c>pool-count=POOL/N</c>,
/// <c>pool-packages=POOL/NAME=VERSION;NAME=VERSION</c>,
/// <c>dead-leader=NAMESPACE/LEASE</c>, <c>skew=TIME</c> (also -TIME), <c>compact</c>.
/// </summary>
public sealed class FaultEndpoint(Cluster cluster, SimulationClock? clock, FaultInjector faults)
{
    public const string Path = "/sandbox/faults";
    private const string Deeds =
        "node-gone=NODE, node-back=NODE, node-faults=NODE/FAULTS, pool-faults=POOL/FAULTS, pool-image=POOL/IMAGE, pool-count=POOL/N,"
        + " pool-packages=POOL/NAME=VERSION;NAME=VERSION, dead-leader=NAMESPACE/LEASE, skew=TIME, compact";
    private const string DeadLeader = "sandbox-dead-leader";

    /// <summary>Whether a text is about pools and their nodes, which a starting sandbox makes last.</summary>
    public static bool IsOfMachines(string text) => text.StartsWith("pool-", StringComparison.Ordinal)
        || text.StartsWith("node-faults", StringComparison.Ordinal);

    /// <summary>Adds a fault or does a deed.</summary>
    /// <returns>What is wrong with the text; empty when it was done.</returns>
    public string Apply(string text)
    {
        int at = text.IndexOf('=', StringComparison.Ordinal);
        string value = at < 0 ? "" : text[(at + 1)..];
        switch (at < 0 ? text : text[..at])
        {
            case "node-gone":
                return SetKubelet(value, "gone");
            case "node-back":
                return SetKubelet(value, null);
            case "node-faults":
            case "pool-faults":
            case "pool-image":
            case "pool-count":
            case "pool-packages":
                return MachineDeeds.Apply(cluster, text[..at], value);
            case "dead-leader":
                return KillLeader(value);
            case "compact":
                cluster.Store.Compact();
                return "";
            case "skew":
                return SetSkew(value);
            default:
                if (FaultText.Parse(text, out string error) is not { } fault)
                {
                    return $"{error}; or one of: {Deeds}";
                }

                faults.Add(fault);
                return "";
        }
    }

    public async Task HandleAsync(HttpContext context)
    {
        string answer;
        int code = 200;
        switch (context.Request.Method)
        {
            case "GET":
                answer = string.Concat(faults.Faults.Select(fault => FaultText.Of(fault) + "\n"));
                break;
            case "DELETE":
                faults.Clear();
                clock?.Skew = TimeSpan.Zero;
                answer = "";
                break;
            case "POST":
                using (var reader = new StreamReader(context.Request.Body))
                {
                    string body = await reader.ReadToEndAsync(context.RequestAborted);
                    answer = string.Join("\n", body.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                        .Select(Apply).Where(error => error.Length > 0));
                    code = answer.Length == 0 ? 200 : 400;
                }

                break;
            default:
                (code, answer) = (405, "allowed: GET, POST, DELETE");
                break;
        }

        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync(answer, context.RequestAborted);
    }

    private string SetKubelet(string node, string? state)
    {
        var request = new ApiRequest { Verb = "update", Resource = cluster.Resources.Get("", "v1", "nodes"), Name = node };
        ApiResult result = cluster.Write.Update(request, current =>
        {
            JsonObject changed = current.Copy();
            JsonObject annotations = changed.Ensure("metadata", "annotations");
            annotations.Remove(SandboxAnnotations.Kubelet);
            if (state is not null)
            {
                annotations[SandboxAnnotations.Kubelet] = state;
            }

            return changed;
        });
        return result.Succeeded ? "" : result.Status!.Message;
    }

    // A lease of somebody who has just renewed it and never will again.
    private string KillLeader(string lease)
    {
        if (lease.Split('/') is not [{ Length: > 0 } @namespace, { Length: > 0 } name])
        {
            return $"dead-leader '{lease}': wanted NAMESPACE/LEASE";
        }

        ResourceInfo leases = cluster.Resources.Get("coordination.k8s.io", "v1", "leases");
        string now = cluster.Clock.GetUtcNow().ToApiMicroTime();
        var request = new ApiRequest { Verb = "update", Resource = leases, Namespace = @namespace, Name = name };
        ApiResult result = cluster.Write.Update(request, current => Held(current.Copy(), now));
        if (result.Code == 404)
        {
            var created = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace } };
            result = cluster.Write.Create(request with { Verb = "create" }, Held(created, now));
        }

        return result.Succeeded ? "" : result.Status!.Message;
    }

    private static JsonObject Held(JsonObject lease, string now)
    {
        JsonObject spec = lease.Ensure("spec");
        spec["holderIdentity"] = DeadLeader;
        spec["leaseDurationSeconds"] ??= 15;
        spec["acquireTime"] = now;
        spec["renewTime"] = now;
        spec["leaseTransitions"] = (spec.Number("leaseTransitions") ?? 0) + 1;
        return lease;
    }

    private string SetSkew(string value)
    {
        bool back = value.StartsWith('-');
        if (clock is null || SandboxAnnotations.Parse(back ? value[1..] : value) is not { } skew || skew < TimeSpan.Zero)
        {
            return $"skew '{value}': wanted a time such as 90s or -2m";
        }

        clock.Skew = back ? -skew : skew;
        return "";
    }
}
