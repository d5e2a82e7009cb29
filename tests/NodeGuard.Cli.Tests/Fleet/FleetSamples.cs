using NodeGuard.Cli.Kubernetes;
using NodeGuard.Cli.Tests.Fakes;

namespace NodeGuard.Cli.Tests.Fleet;

/// <summary>A small fleet: worker-1 is well, worker-2 is being drained, worker-3 is ill, worker-4 has just come; control-1 has no policy.</summary>
internal static class FleetSamples
{
    public static Func<ClusterRequest, ClusterAnswer> Cluster(Action<ReadOnlyApi>? change = null)
    {
        ReadOnlyApi api = Api();
        change?.Invoke(api);
        return _ => new ClusterAnswer.Access(api, new FakeDrain());
    }

    private static ReadOnlyApi Api()
    {
        var api = new ReadOnlyApi();
        Node(api, "worker-1", "2026-11-11T10:00:00Z", "True");
        Node(api, "worker-2", "2026-11-01T10:00:00Z", "True");
        Node(api, "worker-3", "2026-11-19T10:00:00Z", "False");
        Node(api, "worker-4", "2026-11-20T22:30:00Z", "True");
        api.Add("nodes", """{"metadata":{"name":"control-1","uid":"uid-control-1","creationTimestamp":"2026-06-01T00:00:00Z","labels":{"node-role.kubernetes.io/control-plane":""}},"status":{"conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2026-06-01T00:01:00Z"}]}}""");
        Agent(api, "worker-1", "2026-11-21T09:58:00Z", "Intact", "debian-12-1");
        Agent(api, "worker-3", "2026-11-21T08:00:00Z", "Lost", "debian-12-2");
        Agent(api, "worker-4", "2026-11-21T09:57:00Z", "Intact", "debian-12-2");
        api.Add("nodepolicies",
            """
            {"metadata":{"name":"workers","uid":"p1","generation":2},
             "spec":{"nodeSelector":{"matchLabels":{"pool":"workers"}},"maxAge":"480h","ageJitter":"25%","image":{"version":"debian-12-2"},
                     "budget":{"maxUnavailable":2},"windows":[{"start":"22:00","duration":"4h"}],"replacement":{"method":"DeleteNode"}},
             "status":{"forecast":{"feasible":false,"misses":1,"firstMiss":"2026-11-21T10:00:00Z","message":"1 node misses its deadline, the first at 2026-11-21 10:00 UTC"}}}
            """);
        api.Add("nodepolicies", """{"metadata":{"name":"databases","uid":"p2"},"spec":{"nodeSelector":{"matchLabels":{"pool":"databases"}},"paused":true}}""");
        api.Add("fleets",
            """
            {"metadata":{"name":"cluster","uid":"f1"},"spec":{"budget":{"maxUnavailable":"60%"}},
             "status":{"slots":[{"recycle":"worker-2-aaaa","recycleUID":"r2","node":"worker-2","nodeUID":"uid-worker-2","policy":"workers","since":"2026-11-21T09:50:00Z"}]}}
            """);
        Recycles(api);
        return api;
    }

    private static void Recycles(ReadOnlyApi api)
    {
        api.Add("noderecycles",
            """
            {"metadata":{"name":"worker-2-aaaa","uid":"r2","creationTimestamp":"2026-11-21T09:49:00Z"},
             "spec":{"nodeName":"worker-2","nodeUID":"uid-worker-2","reasons":["Manual"],"message":"kernel bug","requestedBy":"nodeguard recycle"},
             "status":{"phase":"Draining","message":"3 pods are left; shop/db-0 waits for its budget","startedAt":"2026-11-21T09:50:00Z","phaseSince":"2026-11-21T09:51:00Z",
                       "phaseDeadline":"2026-11-21T10:51:00Z","node":{"uid":"uid-worker-2","policy":"workers"}}}
            """);
        api.Add("noderecycles",
            """
            {"metadata":{"name":"worker-0-bbbb","uid":"r0","creationTimestamp":"2026-11-20T22:20:00Z"},
             "spec":{"nodeName":"worker-0","nodeUID":"uid-worker-0","reasons":["Image","Age"],"requestedBy":"nodeguard-controller","policy":"workers"},
             "status":{"phase":"Succeeded","message":"node worker-4 has taken its place","startedAt":"2026-11-20T22:21:00Z","phaseSince":"2026-11-20T22:33:30Z","finishedAt":"2026-11-20T22:33:30Z","attempts":0,
                       "node":{"uid":"uid-worker-0","policy":"workers"},"replacement":{"method":"DeleteNode","successor":{"name":"worker-4","uid":"uid-worker-4"}}}}
            """);
        api.Add("noderecycles",
            """
            {"metadata":{"name":"worker-1-cccc","uid":"r1","creationTimestamp":"2026-11-14T22:00:00Z"},
             "spec":{"nodeName":"worker-1","nodeUID":"uid-worker-1","reasons":["Image"],"requestedBy":"nodeguard-controller","policy":"workers"},
             "status":{"phase":"Failed","message":"the drain was blocked three times: shop/db-0 waits for its budget","startedAt":"2026-11-14T22:00:30Z","finishedAt":"2026-11-14T23:10:30Z","attempts":3,
                       "node":{"uid":"uid-worker-1","policy":"workers"}}}
            """);
    }

    private static void Node(ReadOnlyApi api, string name, string born, string ready) => api.Add("nodes",
        $$$"""
        {"metadata":{"name":"{{{name}}}","uid":"uid-{{{name}}}","creationTimestamp":"{{{born}}}","labels":{"pool":"workers","topology.kubernetes.io/zone":"a"}},
         "status":{"conditions":[{"type":"Ready","status":"{{{ready}}}","lastTransitionTime":"2026-11-21T06:00:00Z"}]}}
        """);

    private static void Agent(ReadOnlyApi api, string node, string heartbeat, string routes, string image) => api.Add("guardednodes",
        $$$"""
        {"metadata":{"name":"{{{node}}}","uid":"g-{{{node}}}","ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"{{{node}}}","uid":"uid-{{{node}}}"}]},
         "status":{"heartbeat":"{{{heartbeat}}}","bootID":"8a4f","kernel":"6.1.0-40-amd64","image":{"version":"{{{image}}}"},
                   "agent":{"version":"1.0.0","mode":"restore"},"networkd":{"state":"active","version":"252","prevention":"KeepConfiguration"},
                   "routes":{"state":"{{{routes}}}","guarded":12,"missing":{{{(routes == "Lost" ? 2 : 0)}}},"notRestorable":0},
                   "episodes":{"total":3,"last":{"id":"e3","startedAt":"2026-11-20T06:00:00Z","endedAt":"2026-11-20T06:00:01Z","cause":"restart of systemd-networkd","lost":12,"restored":12,"longestGap":"41ms"}},
                   "rebootRequired":false}}
        """);
}
