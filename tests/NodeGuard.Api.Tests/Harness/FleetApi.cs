using NodeGuard.Api.Tests.Contract;
using NodeGuard.Api.Tests.Drain;
using NodeGuard.Kubernetes.Manifests;

namespace NodeGuard.Api.Tests.Harness;

/// <summary>
/// NodeGuard's own kinds and rights on the server of the collection, brought there by the program itself. What was there
/// before the tests stays.
/// </summary>
public sealed class FleetApi(ClusterFixture cluster)
{
    public const string Group = "/apis/nodeguard.io/v1alpha1";
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static readonly string[] Plurals = ["nodepolicies", "noderecycles", "guardednodes", "fleets"];

    // Deleted in this order; a namespace's contents go with it.
    private static readonly Dictionary<string, string> Collections = new(StringComparer.Ordinal)
    {
        ["ClusterRoleBinding"] = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        ["ClusterRole"] = "/apis/rbac.authorization.k8s.io/v1/clusterroles",
        ["ValidatingAdmissionPolicyBinding"] = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
        ["ValidatingAdmissionPolicy"] = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
        ["Namespace"] = "/api/v1/namespaces",
    };

    private readonly SemaphoreSlim _once = new(1, 1);
    private readonly HashSet<string> _installed = [];
    private readonly HashSet<string> _created = [];

    /// <summary>The definitions; returns once all kinds are served.</summary>
    public async Task DefineAsync()
    {
        await InstallAsync("crds");
        foreach (string plural in Plurals)
            await Until.AnswerAsync(() => cluster.Api.GetAsync($"{Group}/{plural}"), a => a.Code == 200, $"{plural} is served");
    }

    /// <summary>The definitions, accounts, roles and admission policies.</summary>
    public async Task GrantAsync()
    {
        await DefineAsync();
        await InstallAsync("rbac");
    }

    /// <summary>Takes away what was not there before, and definitions only where nobody else has objects of them.</summary>
    public async Task RemoveAsync()
    {
        foreach ((string kind, string path) in Collections)
        {
            foreach (string name in _created.Where(o => o.StartsWith($"{kind} ", StringComparison.Ordinal)).Select(o => o[(kind.Length + 1)..]))
                await cluster.Api.DeleteAsync($"{path}/{name}");
        }

        foreach (string plural in Plurals.Where(p => _created.Contains($"CustomResourceDefinition {p}.nodeguard.io")))
        {
            RawAnswer left = await cluster.Api.GetAsync($"{Group}/{plural}");
            if (left.Code == 200 && left["items"].AsArray().Count == 0)
                await cluster.Api.DeleteAsync($"{Definitions}/{plural}.nodeguard.io");
        }
    }

    /// <summary>Runs `nodeguard install`, and gives the lines that it printed.</summary>
    public async Task<string[]> RunInstallAsync(string what, params string[] more)
    {
        (int code, string output) = await NodeGuardRunner.RunAsync(cluster.Kubeconfig, ["install", what, .. more]);
        return code == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : throw new InvalidOperationException($"install {what}: {code} {output}");
    }

    /// <summary>What the program carries.</summary>
    public async Task<IReadOnlyList<Manifest>> PrintedAsync(string what) =>
        Manifest.Read(what, string.Join('\n', await RunInstallAsync(what, "--print")) + "\n");

    private async Task InstallAsync(string what)
    {
        await _once.WaitAsync();
        try
        {
            if (!_installed.Add(what))
                return;
            foreach (string line in await RunInstallAsync(what))
            {
                if (line.EndsWith(": created", StringComparison.Ordinal))
                    _created.Add(line[..^": created".Length]);
            }
        }
        finally
        {
            _once.Release();
        }
    }
}
