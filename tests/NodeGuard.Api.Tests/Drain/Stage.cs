using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>The objects of one run of a case: a namespace and nodes of its own, pods, budgets, and what happens meanwhile.</summary>
public sealed class Stage(ClusterFixture cluster, Wire wire, string id)
{
    private const string Attachments = "/apis/storage.k8s.io/v1/volumeattachments";

    public const string Hold = "nodeguard-tests/hold";

    // Keeps pods of others away from our nodes on a server with a scheduler and DaemonSets.
    private const string OwnTaint = "nodeguard-tests/own";

    private readonly List<StagePod> _pods = [];
    private readonly List<StagePod> _later = [];
    private readonly List<StageBudget> _budgets = [];
    private readonly Dictionary<string, StageNode> _nodes = [];
    private readonly Dictionary<string, JsonObject> _owners = [];
    private readonly Dictionary<string, string> _uids = [];
    private readonly List<string> _volumes = [];

    public string Namespace { get; private set; } = "";

    public RawApi Api => cluster.Api;

    private string Pods => $"/api/v1/namespaces/{Namespace}/pods";

    public StagePod Pod(string name, Func<StagePod, StagePod>? with = null) => Keep(_pods, name, with);

    /// <summary>One that a hook creates.</summary>
    public StagePod Later(string name, Func<StagePod, StagePod>? with = null) => Keep(_later, name, with);

    public void Node(string name, bool cordoned = false, bool unreachable = false, string taint = "") =>
        _nodes[name] = new StageNode(cordoned, unreachable, taint);

    public void Budget(string name, string app, Func<StageBudget, StageBudget> with) => _budgets.Add(with(new StageBudget(name, app)));

    /// <summary>A volume that is attached to the node n.</summary>
    public void Volume(string name) => _volumes.Add(name);

    public async Task DetachAsync(string name) => await Api.DeleteAsync($"{Attachments}/{name}-{id}");

    /// <summary>A rule for requests whose path ends so.</summary>
    public WireRule On(string method, string path, int times = int.MaxValue, string query = "")
    {
        var rule = new WireRule(method, () => path.Replace("{n}", NodeName("n"), StringComparison.Ordinal), times) { Query = query };
        wire.Rules.Add(rule);
        return rule;
    }

    public string NodeName(string name) => $"{name}-{id}";

    /// <summary>The value of a label that all nodes of this stage have.</summary>
    public string Id => id;

    public async Task BuildAsync()
    {
        Namespace = await cluster.NewNamespaceAsync("drain");
        if (_nodes.Count == 0 && _pods.Concat(_later).All(p => p.Node == "n"))
            Node("n");
        foreach (string name in _pods.Concat(_later).Select(p => p.Node).Where(n => !_nodes.ContainsKey(n)).Distinct().ToArray())
            Node(name);
        foreach ((string name, StageNode node) in _nodes)
            await CreateNodeAsync(name, node);
        foreach (StagePod pod in _pods)
            await CreateAsync(pod);
        foreach (StageBudget budget in _budgets)
            await CreateAsync(budget);
        foreach (string volume in _volumes)
            await AttachAsync(volume);
        if (_pods.Max(p => p.OverdueSeconds) is { } overdue)
            await Task.Delay(TimeSpan.FromSeconds(overdue + 2));
    }

    public async Task CreateAsync(StagePod pod)
    {
        JsonObject body = pod.Json(NodeName(pod.Node), pod.Owner.Length == 0 ? null : await OwnerAsync(pod.Owner));
        RawAnswer made = await PatientlyCreateAsync(Pods, body);
        _uids[Key(pod)] = (string)made["metadata"]["uid"]!;
        if (pod.Status() is { } status)
            Must(await Api.PatchAsync($"{Pods}/{pod.Name}/status", status));
        if (pod.Deleted || pod.OverdueSeconds is not null)
            Must(await Api.DeleteAsync($"{Pods}/{pod.Name}"));
    }

    /// <summary>Gone at once, as if its node had ended it.</summary>
    public Task RemoveAsync(StagePod pod) => Api.DeleteAsync($"{Pods}/{pod.Name}", new JsonObject { ["gracePeriodSeconds"] = 0 });

    public async Task SetPhaseAsync(StagePod pod, string phase) =>
        Must(await Api.PatchAsync($"{Pods}/{pod.Name}/status", (pod with { Phase = phase }).Status()!));

    public async Task ReleaseAsync(StagePod pod) => await Api.PatchAsync(
        $"{Pods}/{pod.Name}", new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = null } });

    public async Task RemoveBudgetAsync(string name) => await Api.DeleteAsync($"{Budgets}/{name}");

    /// <summary>What became of each pod and node, such as "gone a b, left c; cordoned".</summary>
    public async Task<string> ReadAsync()
    {
        var fates = new Dictionary<string, List<string>> { ["gone"] = [], ["ending"] = [], ["left"] = [] };
        foreach (StagePod pod in _pods.Concat(_later).OrderBy(p => p.Alias, StringComparer.Ordinal))
        {
            RawAnswer read = await Api.GetAsync($"{Pods}/{pod.Name}");
            bool present = read.Code == 200 && (string?)read["metadata"]["uid"] == _uids.GetValueOrDefault(Key(pod));
            string fate = !present ? "gone" : read["metadata"]["deletionTimestamp"] is null ? "left" : "ending";
            if (_uids.ContainsKey(Key(pod)))
                fates[fate].Add(pod.Alias);
        }

        string pods = string.Join(", ", fates.Where(f => f.Value.Count > 0).Select(f => $"{f.Key} {string.Join(' ', f.Value)}"));
        return $"{(pods.Length == 0 ? "no pods" : pods)}; {await NodesAsync()}";
    }

    public async Task ClearAsync()
    {
        foreach (StagePod pod in _pods.Concat(_later).Where(p => _uids.ContainsKey(Key(p))))
        {
            await ReleaseAsync(pod);
            await RemoveAsync(pod);
        }

        foreach (string owner in _owners.Keys.Where(o => !o.StartsWith("ConfigMap/", StringComparison.Ordinal)))
            await Api.PatchAsync(OwnerPath(owner), new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = null } });
        foreach (string volume in _volumes)
            await DetachAsync(volume);
        foreach (string node in _nodes.Keys)
            await Api.DeleteAsync($"/api/v1/nodes/{NodeName(node)}");
        await Api.DeleteAsync($"/api/v1/namespaces/{Namespace}");
    }

    private string Budgets => $"/apis/policy/v1/namespaces/{Namespace}/poddisruptionbudgets";

    private async Task AttachAsync(string name) => await Api.CreateAsync(Attachments, new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = $"{name}-{id}" },
        ["spec"] = new JsonObject
        {
            ["attacher"] = "nodeguard-tests",
            ["nodeName"] = NodeName("n"),
            ["source"] = new JsonObject { ["persistentVolumeName"] = $"{name}-{id}" },
        },
    });

    private static StagePod Keep(List<StagePod> pods, string name, Func<StagePod, StagePod>? with)
    {
        StagePod pod = with?.Invoke(new StagePod(name)) ?? new StagePod(name);
        pods.Add(pod);
        return pod;
    }

    private static string Key(StagePod pod) => $"{pod.Name}/{pod.Alias}";

    private static RawAnswer Must(RawAnswer answer) =>
        answer.Code < 300 ? answer : throw new InvalidOperationException($"the stage: {answer.Code} {answer.Message}");

    private async Task<string> NodesAsync()
    {
        var states = new List<string>();
        foreach (string node in _nodes.Keys.Order(StringComparer.Ordinal))
        {
            RawAnswer read = await Api.GetAsync($"/api/v1/nodes/{NodeName(node)}");
            string state = (bool?)read.Body?["spec"]?["unschedulable"] == true ? "cordoned" : "open";
            states.Add(_nodes.Count == 1 ? state : $"{node} {state}");
        }

        return string.Join(", ", states);
    }

    private async Task CreateNodeAsync(string name, StageNode node)
    {
        JsonObject body = TestObjects.Node(NodeName(name), new JsonObject { ["nodeguard-tests/stage"] = id });
        var taints = new JsonArray(Taint(OwnTaint, "NoSchedule"));
        if (node.Taint.Length > 0)
            taints.Add(Taint(node.Taint, "NoSchedule"));
        if (node.Unreachable)
        {
            taints.Add(Taint("node.kubernetes.io/unreachable", "NoSchedule"));
            taints.Add(Taint("node.kubernetes.io/unreachable", "NoExecute"));
            body["status"]!["conditions"]![0]!["status"] = "Unknown";
        }

        body["spec"] = new JsonObject { ["taints"] = taints };
        if (node.Cordoned)
            body["spec"]!["unschedulable"] = true;
        await Api.CreateAsync("/api/v1/nodes", body);
    }

    private static JsonObject Taint(string key, string effect) => new() { ["key"] = key, ["effect"] = effect };

    // The server refuses pods of a new namespace until its service account is there.
    private async Task<RawAnswer> PatientlyCreateAsync(string path, JsonObject body)
    {
        for (int tries = 1; ; tries++)
        {
            RawAnswer made = await Api.PostAsync(path, body);
            if (made.Code != 403 || tries == 100)
                return Must(made);
            await Task.Delay(100);
        }
    }

    private async Task CreateAsync(StageBudget budget)
    {
        RawAnswer made = await Api.CreateAsync(Budgets, budget.Json());
        JsonObject wanted = budget.Status(_pods, (long)made["metadata"]["generation"]!);
        // The disruption controller writes the same, where there is one.
        for (int tries = 0; !cluster.IsSandbox && tries < 150; tries++)
        {
            RawAnswer read = await Api.GetAsync($"{Budgets}/{budget.Name}");
            if (wanted.All(w => (long?)read.Body!["status"]?[w.Key] == (long)w.Value!))
                return;
            await Task.Delay(100);
        }

        Must(await Api.PatchAsync($"{Budgets}/{budget.Name}/status", new JsonObject { ["status"] = wanted }));
    }

    private async Task<JsonObject> OwnerAsync(string owner)
    {
        if (_owners.TryGetValue(owner, out JsonObject? known))
            return known;
        string[] parts = owner.Split('/');
        string version = parts[0] == "ConfigMap" ? "v1" : "apps/v1";
        RawAnswer made = Must(await Api.PostAsync(OwnerPath(owner)[..^(parts[1].Length + 1)], Owner(parts[0], parts[1], version)));
        if (parts[0] != "ConfigMap")
            await MakeInertAsync(owner);
        return _owners[owner] = new JsonObject
        {
            ["apiVersion"] = version,
            ["kind"] = parts[0],
            ["name"] = parts[1],
            ["uid"] = (string)made["metadata"]["uid"]!,
            ["controller"] = true,
        };
    }

    // A controller that is being deleted is there, and puts no pod back: the case says what happens, no loop of the server.
    private async Task MakeInertAsync(string owner)
    {
        Must(await Api.DeleteAsync(OwnerPath(owner)));
        if (!owner.StartsWith("ReplicaSet/", StringComparison.Ordinal))
            return;
        int replicas = _budgets.Select(b => b.Replicas).DefaultIfEmpty(0).Max();
        RawAnswer changed = Must(await Api.PatchAsync(OwnerPath(owner), new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }));
        // A controller that still sees it alive with no replicas would remove the stage's pods.
        long generation = (long)changed["metadata"]["generation"]!;
        for (int tries = 0; !cluster.IsSandbox && tries < 150; tries++)
        {
            RawAnswer read = await Api.GetAsync(OwnerPath(owner));
            if ((long?)read.Body!["status"]?["observedGeneration"] >= generation)
                return;
            await Task.Delay(100);
        }
    }

    private string OwnerPath(string owner)
    {
        string[] parts = owner.Split('/');
        string @group = parts[0] == "ConfigMap" ? "/api/v1" : "/apis/apps/v1";
        return string.Create(CultureInfo.InvariantCulture, $"{@group}/namespaces/{Namespace}/{parts[0].ToLowerInvariant()}s/{parts[1]}");
    }

    private JsonObject Owner(string kind, string name, string version)
    {
        var owner = new JsonObject { ["apiVersion"] = version, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } };
        if (kind == "ConfigMap")
            return owner;
        owner["metadata"]!["finalizers"] = new JsonArray(Hold);
        var labels = new JsonObject { ["of"] = name };
        var template = new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = labels.DeepClone() },
            ["spec"] = new JsonObject
            {
                // A DaemonSet's controller removes its pods from nodes that the set is not for; on those that only a taint
                // keeps from it, it starts none and lets be what is there.
                ["nodeSelector"] = kind == "DaemonSet"
                    ? new JsonObject { ["nodeguard-tests/stage"] = id }
                    : new JsonObject { ["nodeguard-tests/nowhere"] = "true" },
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "registry.k8s.io/pause:3.10" }),
            },
        };
        owner["spec"] = new JsonObject { ["selector"] = new JsonObject { ["matchLabels"] = labels }, ["template"] = template };
        if (kind == "ReplicaSet")
            owner["spec"]!["replicas"] = 0;
        // Else a controller that still sees the set alive replaces the stage's pods, which have no hash of its revision.
        if (kind == "DaemonSet")
            owner["spec"]!["updateStrategy"] = new JsonObject { ["type"] = "OnDelete" };
        return owner;
    }

    private sealed record StageNode(bool Cordoned, bool Unreachable, string Taint);
}
