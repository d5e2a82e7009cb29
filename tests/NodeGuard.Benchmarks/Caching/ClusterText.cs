using System.Globalization;
using System.Text;

namespace NodeGuard.Benchmarks.Caching;

/// <summary>Nodes and pods as a real server writes them, managed fields included: about 4 KB a pod.</summary>
internal static class ClusterText
{
    public const int Nodes = 5_000;
    public const int Pods = 150_000;

    /// <summary>Stopwatch ticks, which are of the whole machine, at the moment of sending.</summary>
    public const string SentAnnotation = "bench.nodeguard.io/sent";

    private static readonly string PodTemplate = """
        {"kind":"Pod","apiVersion":"v1","metadata":{"name":"@NAME","generateName":"shop-frontend-7d9c5b6f4-","namespace":"team-@NS","uid":"@UID","resourceVersion":"@RV","creationTimestamp":"2026-11-01T08:15:30Z",
        "labels":{"app.kubernetes.io/name":"shop-frontend","app.kubernetes.io/instance":"shop-@NS","app.kubernetes.io/version":"4.17.2","pod-template-hash":"7d9c5b6f4","team":"team-@NS","tier":"frontend"},
        "annotations":{"checksum/config":"@CHECKSUM","prometheus.io/port":"9090","prometheus.io/scrape":"true"@SENT},
        "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"shop-frontend-7d9c5b6f4","uid":"0b5d3f6e-6f0e-4a3e-9f58-@OWNER","controller":true,"blockOwnerDeletion":true}],
        "managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"2026-11-01T08:15:30Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{".":{},"f:checksum/config":{}},"f:labels":{".":{},"f:team":{},"f:tier":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"0b5d3f6e\"}":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"main\"}":{".":{},"f:env":{".":{},"k:{\"name\":\"A\"}":{".":{},"f:name":{},"f:value":{}}},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":8080,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"f:protocol":{}}},"f:resources":{".":{},"f:limits":{".":{},"f:memory":{}},"f:requests":{".":{},"f:cpu":{},"f:memory":{}}}}},"f:dnsPolicy":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}},{"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"2026-11-01T08:15:41Z","fieldsType":"FieldsV1","fieldsV1":{"f:status":{"f:conditions":{"k:{\"type\":\"Ready\"}":{".":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}}},"f:containerStatuses":{},"f:hostIP":{},"f:phase":{},"f:podIP":{},"f:startTime":{}}},"subresource":"status"}]},
        "spec":{"volumes":[{"name":"config","configMap":{"name":"shop-config","defaultMode":420}},{"name":"kube-api-access-x7k2p","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}}],"defaultMode":420}}],
        "containers":[{"name":"main","image":"registry.example.com/shop/frontend:4.17.2","ports":[{"containerPort":8080,"protocol":"TCP"}],"env":[{"name":"A","value":"1"},{"name":"POD_IP","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"status.podIP"}}}],"resources":{"limits":{"memory":"512Mi"},"requests":{"cpu":"250m","memory":"256Mi"}},"volumeMounts":[{"name":"config","mountPath":"/etc/shop"},{"name":"kube-api-access-x7k2p","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],"livenessProbe":{"httpGet":{"path":"/live","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},"readinessProbe":{"httpGet":{"path":"/ready","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],
        "restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"default","serviceAccount":"default","nodeName":"node-@NODE","securityContext":{},"schedulerName":"default-scheduler","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],"priority":0,"enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"},
        "status":{"phase":"Running","conditions":[{"type":"Initialized","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-01T08:15:31Z"},{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-01T08:15:41Z"},{"type":"ContainersReady","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-01T08:15:41Z"},{"type":"PodScheduled","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-01T08:15:30Z"}],"hostIP":"10.0.1.2","podIP":"10.1.2.3","podIPs":[{"ip":"10.1.2.3"}],"startTime":"2026-11-01T08:15:31Z","containerStatuses":[{"name":"main","state":{"running":{"startedAt":"2026-11-01T08:15:40Z"}},"lastState":{},"ready":true,"restartCount":0,"image":"registry.example.com/shop/frontend:4.17.2","imageID":"registry.example.com/shop/frontend@sha256:@IMAGE","containerID":"containerd://@CONTAINER","started":true}],"qosClass":"Burstable"}}
        """.ReplaceLineEndings(string.Empty)
        .Replace("@CHECKSUM", new string('a', 64), StringComparison.Ordinal)
        .Replace("@IMAGE", new string('b', 64), StringComparison.Ordinal)
        .Replace("@CONTAINER", new string('c', 64), StringComparison.Ordinal);

    private static readonly string NodeTemplate = """
        {"kind":"Node","apiVersion":"v1","metadata":{"name":"node-@NODE","uid":"@UID","resourceVersion":"@RV","creationTimestamp":"2026-10-01T08:15:30Z","labels":{"kubernetes.io/hostname":"node-@NODE","topology.kubernetes.io/zone":"zone-a","node.kubernetes.io/instance-type":"m7.2xlarge","kubernetes.io/arch":"amd64","kubernetes.io/os":"linux"},"annotations":{"node.alpha.kubernetes.io/ttl":"300"}},
        "spec":{"podCIDR":"10.1.2.0/24","podCIDRs":["10.1.2.0/24"],"providerID":"aws:///zone-a/i-@UID"},"status":{"capacity":{"cpu":"8","memory":"32Gi","pods":"110","ephemeral-storage":"100Gi"},"allocatable":{"cpu":"7900m","memory":"31Gi","pods":"110","ephemeral-storage":"90Gi"},"conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":"2026-11-21T10:00:00Z","lastTransitionTime":"2026-10-01T08:16:00Z","reason":"KubeletReady","message":"kubelet is posting ready status"},{"type":"MemoryPressure","status":"False","lastHeartbeatTime":"2026-11-21T10:00:00Z","lastTransitionTime":"2026-10-01T08:16:00Z","reason":"KubeletHasSufficientMemory","message":"ok"}],"addresses":[{"type":"InternalIP","address":"10.0.1.2"},{"type":"Hostname","address":"node-@NODE"}],"nodeInfo":{"machineID":"m","systemUUID":"s","bootID":"b","kernelVersion":"6.18","osImage":"Debian","containerRuntimeVersion":"containerd://2.2","kubeletVersion":"v1.36.2","kubeProxyVersion":"","operatingSystem":"linux","architecture":"amd64"}}}
        """.ReplaceLineEndings(string.Empty);

    /// <param name="sent">0 for an object that was there before.</param>
    public static byte[] Pod(int index, long version, long sent) => Encoding.UTF8.GetBytes(new StringBuilder(PodTemplate)
        .Replace("@NAME", $"shop-frontend-7d9c5b6f4-{Id(index, 5)}")
        .Replace("@NS", Id(index % 300, 3))
        .Replace("@UID", Uid(index))
        .Replace("@RV", version.ToString(CultureInfo.InvariantCulture))
        .Replace("@SENT", sent == 0 ? string.Empty : $",\"{SentAnnotation}\":\"{sent}\"")
        .Replace("@OWNER", Id(index / 10, 12))
        .Replace("@NODE", Id(index % Nodes, 5)).ToString());

    public static byte[] Node(int index, long version) => Encoding.UTF8.GetBytes(new StringBuilder(NodeTemplate)
        .Replace("@NODE", Id(index, 5)).Replace("@UID", Uid(index)).Replace("@RV", version.ToString(CultureInfo.InvariantCulture)).ToString());

    private static string Id(int number, int digits) => number.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');

    private static string Uid(int index) => $"7e3f1c52-9d4b-4c1a-8a77-{Id(index, 12)}";
}
