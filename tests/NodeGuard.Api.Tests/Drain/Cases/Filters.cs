namespace NodeGuard.Api.Tests.Drain.Cases;

/// <summary>Which pods go, which stay, and which stop the drain before it begins.</summary>
internal static class Filters
{
    private const string Failed = "failed: left a; open";

    public static IEnumerable<DrainCase> All => Ordinary().Concat(LocalData()).Concat(DaemonSets()).Concat(Mirrors()).Concat(Terminating());

    private static DrainCase Of(string name, Func<StagePod, StagePod> pod, string flags, string kubectl) =>
        new("Filters", name, s => s.Pod("a", pod), flags, kubectl);

    private static DrainCase Refused(string name, Func<StagePod, StagePod> pod, string flags, params string[] says) =>
        Of(name, pod, flags, "failed: left a; cordoned").But(Failed, Difference.AsFound).Saying(says);

    private static IEnumerable<DrainCase> Ordinary() =>
    [
        new("Filters", "a node without pods", static s => s.Node("n"), "", "ok: no pods; cordoned"),
        Of("a pod that a controller owns", static p => p, "", "ok: gone a; cordoned"),
        new("Filters", "several pods that controllers own", static s => { s.Pod("a"); s.Pod("b"); s.Pod("c"); }, "", "ok: gone a b c; cordoned"),
        Of("a pod of a ReplicaSet", static p => p with { Owner = "ReplicaSet/rs" }, "", "ok: gone a; cordoned"),
        Of("a pod of a StatefulSet", static p => p with { Owner = "ReplicaSet/rs", Labels = new Dictionary<string, string> { ["apps.kubernetes.io/pod-index"] = "0" } }, "", "ok: gone a; cordoned"),
        Refused("a pod that nobody owns", static p => p with { Owner = "" }, "", "no controller owns it", "--force"),
        Of("a pod that nobody owns, with --force", static p => p with { Owner = "" }, "--force", "ok: gone a; cordoned").Saying("nothing puts it back"),
        Refused("a pod whose owner does not control it", static p => p with { OwnerControls = false }, "", "no controller owns it"),
        Of("a pod that nobody owns and that succeeded", static p => p with { Owner = "", Phase = "Succeeded" }, "", "ok: gone a; cordoned"),
        Of("a pod that nobody owns and that failed", static p => p with { Owner = "", Phase = "Failed" }, "", "ok: gone a; cordoned"),
        Of("a pod that nobody owns and that is pending", static p => p with { Owner = "", Phase = "Pending" }, "", "failed: left a; cordoned").But(Failed, Difference.AsFound),
        new DrainCase("Filters", "one pod may not go: no other is touched", static s => { s.Pod("a"); s.Pod("b", p => p with { Owner = "" }); }, "", "failed: left a b; cordoned")
            .But("failed: left a b; open", Difference.AsFound),
        Of("a pod that is not ready", static p => p with { Ready = false }, "", "ok: gone a; cordoned"),
        Of("a pod of unknown phase", static p => p with { Phase = "Unknown" }, "", "ok: gone a; cordoned"),
        Of("nobody owns it and it has an emptyDir: both warnings", static p => p with { Owner = "", Volume = "emptyDir" }, "--force --delete-emptydir-data", "ok: gone a; cordoned")
            .Though(Difference.Warnings).Saying("nothing puts it back", "the data in its emptyDir is lost").Unsaid("emptyDir"),
    ];

    private static IEnumerable<DrainCase> LocalData() =>
    [
        Refused("a pod with an emptyDir", static p => p with { Volume = "emptyDir" }, "", "--delete-emptydir-data"),
        Of("a pod with an emptyDir, with --delete-emptydir-data", static p => p with { Volume = "emptyDir" }, "--delete-emptydir-data", "ok: gone a; cordoned"),
        Refused("a pod with an emptyDir in memory", static p => p with { Volume = "memory" }, "", "--delete-emptydir-data"),
        Of("a pod with an emptyDir that succeeded", static p => p with { Volume = "emptyDir", Phase = "Succeeded" }, "", "ok: gone a; cordoned"),
        Of("a pod with an emptyDir that failed", static p => p with { Volume = "emptyDir", Phase = "Failed" }, "", "ok: gone a; cordoned"),
        Of("a pod with a hostPath", static p => p with { Volume = "hostPath" }, "", "ok: gone a; cordoned"),
        Refused("--force does not cover an emptyDir", static p => p with { Volume = "emptyDir", Owner = "" }, "--force", "--delete-emptydir-data"),
    ];

    private static IEnumerable<DrainCase> DaemonSets() =>
    [
        Refused("a DaemonSet's pod", Daemon, "", "--ignore-daemonsets"),
        Of("a DaemonSet's pod, with --ignore-daemonsets", Daemon, "--ignore-daemonsets", "ok: left a; cordoned"),
        new("Filters", "a DaemonSet's pod stays, another goes", static s => { s.Pod("a", Daemon); s.Pod("b"); }, "--ignore-daemonsets", "ok: gone b, left a; cordoned"),
        Of("a DaemonSet's pod with an emptyDir stays", static p => Daemon(p) with { Volume = "emptyDir" }, "--ignore-daemonsets", "ok: left a; cordoned"),
        Of("a DaemonSet's pod that succeeded", static p => Daemon(p) with { Phase = "Succeeded" }, "", "ok: gone a; cordoned"),
        Of("a DaemonSet's pod that failed", static p => Daemon(p) with { Phase = "Failed" }, "", "ok: gone a; cordoned"),
        Refused("--force does not cover DaemonSets", Daemon, "--force", "--ignore-daemonsets"),
        Asked("its DaemonSet does not exist", 404, "NotFound", "", "failed: left a; cordoned").But(Failed, Difference.AsFound).Saying("does not exist"),
        Asked("its DaemonSet does not exist, with --ignore-daemonsets", 404, "NotFound", "--ignore-daemonsets", "failed: left a; cordoned").But(Failed, Difference.AsFound),
        Asked("its DaemonSet does not exist, with --force", 404, "NotFound", "--force", "ok: gone a; cordoned").Saying("does not exist"),
        Asked("its DaemonSet may not be read", 403, "Forbidden", "--ignore-daemonsets", "failed: left a; cordoned").But(Failed, Difference.AsFound).Saying("could not be read"),
        Asked("its DaemonSet cannot be read", 500, "InternalError", "--ignore-daemonsets --force", "failed: left a; cordoned").But(Failed, Difference.AsFound),
        new DrainCase("Filters", "its DaemonSet does not exist and it has an emptyDir: both warnings", static s =>
            {
                s.Pod("a", p => Daemon(p) with { Volume = "emptyDir" });
                s.On("GET", "/daemonsets/ds").Reply = WireReply.Failure(404, "NotFound", "daemonsets.apps \"ds\" not found");
            }, "--force --delete-emptydir-data", "ok: gone a; cordoned")
            .Though(Difference.Warnings).Saying("does not exist: nothing puts it back", "the data in its emptyDir is lost").Unsaid("daemonsets.apps \"ds\" not found"),
    ];

    private static StagePod Daemon(StagePod pod) => pod with { Owner = "DaemonSet/ds", Labels = new Dictionary<string, string> { ["of"] = "ds" } };

    private static DrainCase Asked(string name, int code, string reason, string flags, string kubectl) => new("Filters", name, s =>
    {
        s.Pod("a", Daemon);
        s.On("GET", "/daemonsets/ds").Reply = WireReply.Failure(code, reason, $"daemonsets.apps \"ds\": {reason}");
    }, flags, kubectl);

    private static IEnumerable<DrainCase> Mirrors() =>
    [
        Of("a static pod", Mirror, "", "ok: left a; cordoned"),
        Of("a static pod that nobody owns", static p => Mirror(p) with { Owner = "" }, "", "ok: left a; cordoned"),
        Of("a static pod with an emptyDir", static p => Mirror(p) with { Volume = "emptyDir" }, "", "ok: left a; cordoned"),
    ];

    private static StagePod Mirror(StagePod pod) => pod with { Annotations = new Dictionary<string, string> { ["kubernetes.io/config.mirror"] = "x" } };

    private static IEnumerable<DrainCase> Terminating() =>
    [
        Of("a pod that is ending already", static p => p with { Deleted = true, Grace = 2, Ends = Ends.AfterGrace }, "", "ok: gone a; cordoned"),
        Of("a pod that is ending and that nobody owns", static p => p with { Deleted = true, Grace = 600, Ends = Ends.AfterGrace, Owner = "" }, "", "failed: ending a; cordoned")
            .But("failed: ending a; open", Difference.AsFound),
        Of("a pod long past its deletion, with --skip-wait-for-delete-timeout", static p => p with { OverdueSeconds = 2, Ends = Ends.Never }, "--skip-wait-for-delete-timeout=1", "ok: ending a; cordoned"),
        Of("such a pod that nobody owns", static p => p with { OverdueSeconds = 2, Ends = Ends.Never, Owner = "", Volume = "emptyDir" }, "--skip-wait-for-delete-timeout=1", "ok: ending a; cordoned"),
        Of("a pod not so long past its deletion", static p => p with { Deleted = true, Grace = 2, Ends = Ends.AfterGrace }, "--skip-wait-for-delete-timeout=600", "ok: gone a; cordoned"),
        Of("a pod that never ends", static p => p with { OverdueSeconds = 1, Ends = Ends.Never }, "--timeout=4s", "failed: ending a; cordoned")
            .But("failed: ending a; open", Difference.AsFound),
    ];
}
