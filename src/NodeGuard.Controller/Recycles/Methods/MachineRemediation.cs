using System.Text.Json;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Draining;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>
/// Cluster API's own way to replace one Machine: it is marked, and the MachineHealthCheck that selects it has it deleted, as long as
/// that check's limit of unhealthy Machines allows.
/// </summary>
internal sealed class MachineRemediation(IKubeApi api)
{
    public const string Mark = "cluster.x-k8s.io/remediate-machine";

    private const string Group = "cluster.x-k8s.io";

    /// <returns>What is missing; null for nothing.</returns>
    public async Task<Preparation?> CheckAsync(UntypedObject machine, string version, CancellationToken cancellation)
    {
        var (check, problem) = await FindAsync(machine, version, cancellation);
        if (problem is not null)
            return problem;
        return check is not null
            ? null
            : new Preparation.Refused(
                $"no MachineHealthCheck in namespace {machine.Metadata.Namespace} selects Machine {machine.Metadata.Name}, and the strategy Remediate needs one: make one, or use Delete");
    }

    /// <summary>Why it has not been deleted yet, as a phrase.</summary>
    public async Task<string> StandAsync(UntypedObject machine, string version, CancellationToken cancellation)
    {
        var (check, _) = await FindAsync(machine, version, cancellation);
        return check is null
            ? "the MachineHealthCheck that selected it is not seen"
            : $"MachineHealthCheck {check.Metadata.Name} has it deleted{(MachineSearch.ConditionText(check) is { } told ? $" when it may ({told})" : "")}";
    }

    private async Task<(UntypedObject? Check, Preparation? Problem)> FindAsync(UntypedObject machine, string version, CancellationToken cancellation)
    {
        var type = ResourceTypes.Untyped(Group, version, "machinehealthchecks", "MachineHealthCheck", namespaced: true);
        var (checks, _, failure) = await PagedList.ReadAsync(api, type, new ListQuery(Namespace: machine.Metadata.Namespace ?? string.Empty), cancellation);
        if (failure is not null)
            return (null, MachineSearch.Answer(failure, "listing MachineHealthChecks"));
        return (checks.FirstOrDefault(check => Selects(check, machine)), null);
    }

    private static bool Selects(UntypedObject check, UntypedObject machine) =>
        MachineSearch.Text(check, "spec.clusterName") == MachineSearch.Text(machine, "spec.clusterName")
        && check.Unknown?.TryGetValue("spec", out JsonElement spec) == true && spec.TryGetProperty("selector", out JsonElement selector)
        && selector.ValueKind == JsonValueKind.Object
        && selector.Deserialize(KubeJsonContext.Default.LabelSelector) is { } read
        && Observations.Selector(read).Matches(machine.Metadata.Labels ?? new Dictionary<string, string>());
}
