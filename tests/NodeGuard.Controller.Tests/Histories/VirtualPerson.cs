using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Sandbox.Faults;
using NodeGuard.Testing.Simulation;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>Admins with kubectl, and what breaks by itself. What they do is done at once.</summary>
internal sealed class VirtualPerson
{
    private static readonly string[] Faults = ["never-comes", "never-ready", "wrong-image", "slow-boot=6", "same-name", "refuse-delete", "stuck-finalizer", "routes-lost", "reboot-never-ends", "operation-fails"];

    private readonly VirtualServer _server;
    private readonly VirtualProcess _process;
    private readonly KubeClient _api;
    private readonly Laws _laws;
    private int _asked;
    private int _images;
    private int _packages;

    public VirtualPerson(VirtualWorld world, VirtualServer server, Laws laws)
    {
        _server = server;
        _laws = laws;
        _process = new VirtualProcess(world);
        _api = VirtualTransport.Connect(new VirtualTransport(server), _process.Clock);
    }

    /// <summary>What a deed has for this fault.</summary>
    public static int NumberOf(string fault) => Array.IndexOf(Faults, fault);

    /// <summary>The archive's packages after so many changes; each second one is a kernel's.</summary>
    public static IReadOnlyList<string> PackagesOf(int changes) =>
        [string.Create(CultureInfo.InvariantCulture, $"systemd:amd64={1 + changes}"), string.Create(CultureInfo.InvariantCulture, $"linux-image-6:amd64={1 + (changes / 2)}")];

    /// <summary>As the agents have told by now.</summary>
    public string Installed =>
        string.Join(' ', PackagesOf(_packages)) + string.Create(CultureInfo.InvariantCulture, $" on {_laws.UpToDate} of {_laws.Nodes.Count}");

    public void Create<T>(ResourceType<T> type, T value)
        where T : KubeObject => Start(() => _api.CreateAsync(type, value, WriteOptions.Default, default));

    /// <summary>Whatever is in the way is taken out of it.</summary>
    public void Calm()
    {
        PatchPolicy("""{"spec": {"paused": false, "maxAge": null}}""");
        SetBudget(Math.Max(1, _laws.Budget));
        Apply("pool-faults", HistoryRun.Policy, string.Empty);
        foreach (string node in _laws.Nodes)
            Apply("node-faults", node, string.Empty);
        foreach (string node in _laws.AdminCordoned)
            Uncordon(node);
        Delete(ResourceTypes.PodDisruptionBudgets, new ObjectName("default", "stay"));
    }

    /// <summary>Lifts freezes, after a look at why.</summary>
    public void Resume() => Start(async () =>
    {
        if (await _api.GetAsync(ResourceTypes.NodePolicies, new ObjectName("", HistoryRun.Policy), default) is ApiResult<NodePolicy>.Ok { Value.Status.Freeze.Id: { } id })
        {
            _laws.FreezeLifted();
            PatchPolicy(Annotation(id));
        }

        if (await _api.GetAsync(ResourceTypes.Fleets, new ObjectName("", FleetKeys.FleetName), default) is ApiResult<FleetObject>.Ok { Value.Status.Freeze.Id: { } fleet })
        {
            _laws.FreezeLifted();
            Patch(ResourceTypes.Fleets, FleetKeys.FleetName, Annotation(fleet));
        }
    });

    public void Do(Deed deed)
    {
        switch (deed.What)
        {
            case Doing.Request or Doing.RequestForced when Node(deed) is { } node:
                Ask(node, deed.What == Doing.RequestForced);
                break;
            case Doing.Cancel when Recycle(deed) is { } recycle:
                Patch(ResourceTypes.NodeRecycles, recycle, """{"spec": {"cancel": true}}""");
                break;
            case Doing.DeleteRecycle when Recycle(deed) is { } recycle:
                Delete(ResourceTypes.NodeRecycles, new ObjectName("", recycle));
                break;
            case Doing.RemoveRecycle when Recycle(deed) is { } recycle:
                _laws.Removed(recycle);
                Patch(ResourceTypes.NodeRecycles, recycle, """{"metadata": {"finalizers": null}}""");
                Delete(ResourceTypes.NodeRecycles, new ObjectName("", recycle));
                break;
            case Doing.CordonByAdmin when Node(deed) is { } node:
                _laws.AdminCordons(node);
                Patch(ResourceTypes.Nodes, node, """{"spec": {"unschedulable": true}}""", "kubectl-cordon");
                break;
            case Doing.UncordonByAdmin when Node(deed) is { } node:
                Uncordon(node);
                break;
            case Doing.RemoveTaintByAdmin when Node(deed) is { } node:
                Patch(ResourceTypes.Nodes, node, """{"spec": {"taints": null}}""", "kubectl-edit");
                break;
            case Doing.DeleteNodeByAdmin when Node(deed) is { } node:
                _laws.AdminDeletes(node);
                Delete(ResourceTypes.Nodes, new ObjectName("", node));
                break;
            case Doing.NewImage:
                string image = string.Create(CultureInfo.InvariantCulture, $"image-{++_images + 1}");
                Apply("pool-image", HistoryRun.Policy, image);
                PatchPolicy($$$$"""{"spec": {"image": {"version": "{{{{image}}}}"}}}""");
                break;
            case Doing.NewPackages or Doing.BadPackages:
                _packages++;
                if (deed.What == Doing.BadPackages)
                    Apply("pool-faults", HistoryRun.Policy, $"package-breaks={PackagesOf(_packages)[0]}");
                Apply("pool-packages", HistoryRun.Policy, string.Join(';', PackagesOf(_packages)));
                break;
            case Doing.RequestUpdate when Node(deed) is { } node:
                Ask(node, force: false, nameof(ReplacementMethod.Update));
                break;
            case Doing.Budget:
                SetBudget(deed.How);
                break;
            case Doing.Pause or Doing.Unpause:
                PatchPolicy(deed.What == Doing.Pause ? """{"spec": {"paused": true}}""" : """{"spec": {"paused": false}}""");
                break;
            case Doing.DeletePolicy:
                _laws.PolicyGoes();
                Delete(ResourceTypes.NodePolicies, new ObjectName("", HistoryRun.Policy));
                break;
            case Doing.Resume:
                Resume();
                break;
            case Doing.NodeFault when Node(deed) is { } node:
                Apply("node-faults", node, Faults[deed.How % Faults.Length]);
                break;
            case Doing.PoolFault:
                Apply("pool-faults", HistoryRun.Policy, Faults[deed.How % Faults.Length]);
                break;
            case Doing.BlockPods when _laws.CanBlock:
                Start(() =>
                {
                    _server.Create("policy", "v1", "poddisruptionbudgets", Workloads.Block());
                    return Task.CompletedTask;
                });
                break;
            case Doing.UnblockPods:
                Delete(ResourceTypes.PodDisruptionBudgets, new ObjectName("default", "stay"));
                break;
            default:
                break;
        }
    }

    private static string Annotation(string freeze) => new JsonObject
    {
        ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [FleetKeys.Resume] = freeze } },
    }.ToJsonString();

    private string? Node(Deed deed) => _laws.Nodes is { Count: > 0 } nodes ? nodes[deed.Which % nodes.Count] : null;

    private string? Recycle(Deed deed) => _laws.ActiveRecycles is { Count: > 0 } recycles ? recycles[deed.Which % recycles.Count] : null;

    private void Ask(string node, bool force, string? method = null) => Create(ResourceTypes.NodeRecycles, new NodeRecycle
    {
        Metadata = new ObjectMeta { Name = string.Create(CultureInfo.InvariantCulture, $"ask-{++_asked}") },
        Spec = new NodeRecycleSpec { NodeName = node, Reasons = [nameof(RecycleReason.Manual)], RequestedBy = "a history", Force = force, Method = method },
    });

    private void Uncordon(string node)
    {
        _laws.AdminUncordons(node);
        Patch(ResourceTypes.Nodes, node, """{"spec": {"unschedulable": null}}""", "kubectl-uncordon");
    }

    // The judge has to know what the policy says: it decides by it whether those that wait have room.
    private void SetBudget(int budget)
    {
        _laws.BudgetBecomes(budget);
        PatchPolicy(string.Create(CultureInfo.InvariantCulture, $$$$"""{"spec": {"budget": {"maxUnavailable": {{{{budget}}}}}}}"""));
    }

    private void PatchPolicy(string body) => Patch(ResourceTypes.NodePolicies, HistoryRun.Policy, body);

    private void Patch<T>(ResourceType<T> type, string name, string body, string manager = "kubectl-patch")
        where T : KubeObject => Start(() => _api.PatchAsync(
            type, new ObjectName("", name), new Patch(PatchKind.Merge, Encoding.UTF8.GetBytes(body)), subresource: null, new WriteOptions(manager), default));

    private void Delete<T>(ResourceType<T> type, ObjectName name)
        where T : KubeObject => Start(() => _api.DeleteAsync(type, name, new DeleteQuery(), default));

    private void Apply(string deed, string name, string value) => MachineDeeds.Apply(_server.Cluster, deed, $"{name}/{value}");

    private void Start(Func<Task> deed) => _process.Run(() => _ = deed());
}
