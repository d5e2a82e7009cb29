using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>Karpenter v1 with NodePools of static capacity (<c>spec.replicas</c>): NodeClaims, their termination, and drift.</summary>
internal sealed class Karpenter : MachineProvider
{
    public const string Finalizer = "karpenter.sh/termination";
    public const string Hash = "karpenter.sh/nodepool-hash";
    public const string HashVersion = "karpenter.sh/nodepool-hash-version";
    public const string PoolLabel = "karpenter.sh/nodepool";
    public const string DisruptedTaint = "karpenter.sh/disrupted";
    private const string FirstHash = "4870524520165";

    private readonly NodeClaims _claims;

    public Karpenter(ObjectWrites writes, MachineFleet fleet, Agenda agenda)
        : base(writes, fleet, agenda) => _claims = new NodeClaims(writes, fleet, agenda);

    public override void Begin(PoolSpec pool, IEnumerable<TimeSpan> ages)
    {
        JsonObject made = Writes.Create(MachineResources.NodePools, NodePool(pool))!;
        foreach (TimeSpan age in ages)
        {
            JsonObject claim = Writes.Plant(MachineResources.NodeClaims, NewClaim(made, pool.Name), Agenda.Now - age)!;
            Machine machine = Fleet.Launch(pool, claim.Name(), age);
            Writes.Edit(MachineResources.NodeClaims, claim.Name(), item => NodeClaims.Describe(item, machine, Agenda.Now));
        }
    }

    public override void Keep(PoolSpec pool)
    {
        foreach (JsonObject claim in ClaimsOf(pool.Name).Where(claim => claim.IsDeleting()))
        {
            Agenda.Soon(Matter.Of(MachineResources.NodeClaims, claim.Name()));
        }
    }

    public override TimeSpan? Reconcile(Matter matter)
    {
        if (matter.Resource == MachineResources.NodePools.StorageKey && Writes.Get(MachineResources.NodePools, matter.Key) is { } pool)
        {
            return KeepReplicas(pool);
        }

        if (matter.Resource == MachineResources.NodeClaims.StorageKey && Writes.Get(MachineResources.NodeClaims, matter.Key) is { } claim)
        {
            if (!claim.IsDeleting())
            {
                return _claims.Run(claim);
            }

            claim = KeepFaults(MachineResources.NodeClaims, claim, Fleet.Machines.ByClaim(PoolOf(claim), claim.Name()));
            return _claims.End(claim, FaultsOf(claim));
        }

        if (matter.Resource == MachineResources.Nodes.StorageKey && Fleet.Machines.ByNode(matter.Key) is { } machine
            && Fleet.Pool(machine.Pool) is { Provider: PoolProvider.Karpenter }
            && Writes.Get(MachineResources.NodeClaims, machine.Claim) is { } owner && !owner.IsDeleting())
        {
            // A Node that is deleted takes its NodeClaim with it.
            Writes.Delete(MachineResources.NodeClaims, owner);
        }

        return null;
    }

    public override void Dress(Machine machine, JsonObject node)
    {
        JsonObject metadata = node.Ensure("metadata");
        metadata["finalizers"] = new JsonArray(Finalizer);
        JsonObject labels = metadata.Ensure("labels");
        labels[PoolLabel] = machine.Pool;
        labels["karpenter.sh/registered"] = "true";
        labels["karpenter.sh/initialized"] = "true";
        labels["karpenter.sh/capacity-type"] = "on-demand";
        if (Writes.Get(MachineResources.NodeClaims, machine.Claim) is { } claim)
        {
            JsonObject owner = OwnedBy(MachineResources.NodeClaims, claim);
            owner.Remove("controller");
            metadata["ownerReferences"] = new JsonArray(owner);
            metadata.Ensure("annotations")[Hash] = claim.Annotation(Hash);
            metadata.Ensure("annotations")[HashVersion] = claim.Annotation(HashVersion);
        }
    }

    public override void Changed(Machine machine)
    {
        Agenda.Soon(Matter.Of(MachineResources.NodeClaims, machine.Claim));
        Agenda.Soon(Matter.Of(MachineResources.NodePools, machine.Pool));
    }

    // Only somebody who took the finalizer away can have done this.
    public override void NodeGone(Machine machine)
    {
        if (Writes.Get(MachineResources.NodeClaims, machine.Claim) is { } claim)
        {
            Writes.Delete(MachineResources.NodeClaims, claim);
        }
    }

    private IEnumerable<JsonObject> ClaimsOf(string pool) =>
        Writes.All(MachineResources.NodeClaims).Where(claim => claim.Text("metadata", "labels", PoolLabel) == pool);

    // Claims that are being deleted do not count: what follows them starts at once.
    private TimeSpan? KeepReplicas(JsonObject pool)
    {
        if (pool.IsDeleting())
        {
            return null;
        }

        JsonObject[] claims = [.. ClaimsOf(pool.Name())];
        JsonObject[] active = [.. claims.Where(claim => !claim.IsDeleting())];
        int replaced = active.Count(claim => claim.Annotation(NodeClaims.Replacement).Length > 0);
        int surplus = active.Length - (pool.Number("spec", "replicas") ?? 0) - replaced;
        for (int i = surplus; i < 0; i++)
        {
            MakeClaim(pool, pool.Name());
        }

        foreach (JsonObject claim in active.Where(claim => claim.Annotation(NodeClaims.Replacement).Length == 0)
            .OrderBy(claim => claim.Condition("Initialized").Text("status") == "True").ThenBy(claim => claim.Name(), StringComparer.Ordinal)
            .Take(surplus))
        {
            Writes.Delete(MachineResources.NodeClaims, claim);
        }

        return Drift(pool, claims);
    }

    private TimeSpan? Drift(JsonObject pool, JsonObject[] claims)
    {
        foreach (JsonObject claim in claims.Where(claim => !claim.IsDeleting()))
        {
            bool drifted = claim.Annotation(HashVersion) == pool.Annotation(HashVersion) && claim.Annotation(Hash) != pool.Annotation(Hash);
            if (drifted != claim.Condition("Drifted") is not null)
            {
                _claims.MarkDrifted(claim, drifted);
            }
        }

        int allowed = DisruptionsOf(pool, claims.Length);
        int busy = claims.Count(claim => claim.IsDeleting() || claim.Annotation(NodeClaims.Replacement).Length > 0);
        JsonObject[] next =
        [
            .. Writes.All(MachineResources.NodeClaims).Where(claim => claim.Text("metadata", "labels", PoolLabel) == pool.Name()
                && !claim.IsDeleting() && claim.Condition("Drifted") is not null && claim.Annotation(NodeClaims.Replacement).Length == 0
                && claim.Condition("Initialized").Text("status") == "True"),
        ];
        foreach (JsonObject claim in next.Take(Math.Max(0, allowed - busy)))
        {
            Machine? old = Fleet.Machines.ByClaim(pool.Name(), claim.Name());
            _claims.Replace(claim, MakeClaim(pool, pool.Name()), old);
        }

        return null;
    }

    // Of the budgets that are always active the smallest; a schedule is not looked at.
    private static int DisruptionsOf(JsonObject pool, int nodes)
    {
        int[] limits =
        [
            .. pool.Items("spec", "disruption", "budgets").Where(budget => budget.Text("schedule").Length == 0)
                .Select(budget => LimitOf(budget.Text("nodes"), nodes)),
        ];
        return limits.Length == 0 ? nodes : limits.Min();
    }

    private static int LimitOf(string text, int nodes) =>
        int.TryParse(text, out int count) ? count : IntOrPercent.Of(JsonValue.Create(text), nodes, roundUp: true) ?? 0;

    private JsonObject? MakeClaim(JsonObject nodePool, string pool) => Writes.Create(MachineResources.NodeClaims, NewClaim(nodePool, pool));

    private static JsonObject NewClaim(JsonObject nodePool, string pool) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["generateName"] = pool + "-",
            ["labels"] = new JsonObject { [PoolLabel] = pool, [SandboxAnnotations.Pool] = pool },
            ["annotations"] = new JsonObject { [Hash] = nodePool.Annotation(Hash), [HashVersion] = nodePool.Annotation(HashVersion) },
            ["finalizers"] = new JsonArray(Finalizer),
            ["ownerReferences"] = new JsonArray(OwnedBy(MachineResources.NodePools, nodePool)),
        },
        ["spec"] = nodePool.At("spec", "template", "spec")?.DeepClone() ?? new JsonObject(),
    };

    private static JsonObject NodePool(PoolSpec pool) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = pool.Name,
            ["labels"] = new JsonObject { [SandboxAnnotations.Pool] = pool.Name },
            ["annotations"] = new JsonObject { [Hash] = FirstHash, [HashVersion] = "v3" },
        },
        ["spec"] = new JsonObject
        {
            ["replicas"] = pool.Count,
            ["disruption"] = new JsonObject { ["budgets"] = new JsonArray(new JsonObject { ["nodes"] = "10%" }) },
            ["template"] = new JsonObject
            {
                ["spec"] = new JsonObject
                {
                    ["expireAfter"] = "Never",
                    ["nodeClassRef"] = new JsonObject { ["group"] = "sandbox.nodeguard.io", ["kind"] = "SandboxPool", ["name"] = pool.Name },
                    ["requirements"] = new JsonArray(),
                },
            },
        },
    };
}
