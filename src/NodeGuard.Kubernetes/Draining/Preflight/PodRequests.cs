using System.Text.Json;
using NodeGuard.Core.Units;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Draining.Preflight;

/// <summary>What a pod asks of its node, as the scheduler counts it.</summary>
internal static class PodRequests
{
    public static Dictionary<string, decimal> Of(PodSpec? spec)
    {
        var running = new Dictionary<string, decimal>();
        foreach (var container in spec?.Containers ?? [])
            Add(running, Read(container.Resources?.Requests));
        var starting = new Dictionary<string, decimal>();
        var sidecars = new Dictionary<string, decimal>();
        foreach (var container in spec?.InitContainers ?? [])
        {
            // Init containers run one after the other, each beside the sidecars that were started before it.
            var requests = Read(container.Resources?.Requests);
            if (container.RestartPolicy == "Always")
            {
                Add(sidecars, requests);
                Raise(starting, sidecars);
            }
            else
            {
                Add(requests, sidecars);
                Raise(starting, requests);
            }
        }

        Add(running, sidecars);
        Raise(running, starting);
        // Since 1.34 requests of the pod as a whole stand in for the sum of its containers'.
        foreach (var (resource, amount) in OfPod(spec))
            running[resource] = amount;
        Add(running, Read(spec?.Overhead));
        return running;
    }

    public static Dictionary<string, decimal> Read(IReadOnlyDictionary<string, string>? quantities)
    {
        var amounts = new Dictionary<string, decimal>();
        foreach (var (resource, text) in quantities ?? new Dictionary<string, string>())
        {
            // The API server refuses what is no quantity, so what cannot be read is beyond a decimal: more than any node has.
            amounts[resource] = Quantity.TryParse(text, out var amount) ? amount : long.MaxValue;
        }

        return amounts;
    }

    private static Dictionary<string, decimal> OfPod(PodSpec? spec)
    {
        if (spec?.Unknown?.GetValueOrDefault("resources") is not { ValueKind: JsonValueKind.Object } resources
            || !resources.TryGetProperty("requests", out var requests) || requests.ValueKind is not JsonValueKind.Object)
            return [];
        // A name may come twice; the last one counts, as in the fields that a model knows.
        Dictionary<string, string> quantities = [];
        foreach (var request in requests.EnumerateObject().Where(static request => request.Value.ValueKind is JsonValueKind.String))
            quantities[request.Name] = request.Value.GetString()!;
        return Read(quantities);
    }

    private static void Add(Dictionary<string, decimal> sum, Dictionary<string, decimal> more)
    {
        foreach (var (resource, amount) in more)
            sum[resource] = sum.GetValueOrDefault(resource) + amount;
    }

    private static void Raise(Dictionary<string, decimal> largest, Dictionary<string, decimal> other)
    {
        foreach (var (resource, amount) in other)
            largest[resource] = Math.Max(largest.GetValueOrDefault(resource), amount);
    }
}
