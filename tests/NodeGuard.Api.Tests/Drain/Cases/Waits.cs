namespace NodeGuard.Api.Tests.Drain.Cases;

/// <summary>What happens between an eviction and the pod's end.</summary>
internal static class Waits
{
    public static IEnumerable<DrainCase> All =>
    [
        Of("a pod is bound after the list", static s =>
        {
            s.Pod("a");
            StagePod late = s.Later("late");
            s.On("GET", "/api/v1/pods", 1, "spec.nodeName").After = () => s.CreateAsync(late);
        }, "", "ok: gone a, left late; cordoned").But("ok: gone a late; cordoned", Difference.LatePods),
        Of("a pod is bound to a node that had none", static s =>
        {
            s.Node("n");
            StagePod late = s.Later("late");
            s.On("GET", "/api/v1/pods", 1, "spec.nodeName").After = () => s.CreateAsync(late);
        }, "", "ok: left late; cordoned").But("ok: gone late; cordoned", Difference.LatePods),
        Of("a pod that nobody owns is bound after the list", static s =>
        {
            s.Pod("a");
            StagePod late = s.Later("late", p => p with { Owner = "" });
            s.On("POST", "/pods/a/eviction", 1).Before = () => s.CreateAsync(late);
        }, "", "ok: gone a, left late; cordoned").But("failed: gone a, left late; open", Difference.LatePods, Difference.AsFound),
        Of("a pod comes back to the node under its name", static s =>
        {
            StagePod pod = s.Pod("a");
            StagePod again = s.Later("a", p => p with { Alias = "a-again" });
            var back = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            bool isLeaving = false;
            WireRule rule = s.On("POST", "/pods/a/eviction", 1);
            (rule.After, rule.AfterCode) = (async () =>
            {
                isLeaving = true;
                await s.RemoveAsync(pod);
                await s.CreateAsync(again);
                back.SetResult();
            }, 201);
            // Nobody can see a pod that is bound after the last look.
            s.On("GET", "/api/v1/pods", query: "spec.nodeName").Before = () => isLeaving ? back.Task : Task.CompletedTask;
        }, "", "ok: gone a, left a-again; cordoned").But("ok: gone a a-again; cordoned", Difference.LatePods),
        Of("a finalizer is taken away while it is waited for", static s =>
        {
            StagePod pod = s.Pod("a", p => p with { Finalizer = true });
            WireRule rule = s.On("POST", "/pods/a/eviction", 1);
            (rule.After, rule.AfterCode) = (() => s.ReleaseAsync(pod), 201);
        }, "", "ok: gone a; cordoned"),
        Of("a finalizer that stays", static s => s.Pod("a", p => p with { Finalizer = true }), "--timeout=5s", "failed: ending a; cordoned")
            .But("failed: ending a; open", Difference.AsFound),
        Of("the pod cannot be read while it is waited for", static s =>
        {
            s.Pod("a", p => p with { Grace = 8, Ends = Ends.AfterGrace });
            s.On("GET", "/pods/a").Reply = WireReply.Failure(403, "Forbidden", "pods \"a\" is forbidden");
        }, "", "failed: ending a; cordoned").But("ok: gone a; cordoned", Difference.Waiting),
        Of("the pods cannot be listed", static s =>
        {
            s.Pod("a");
            s.On("GET", "/api/v1/pods").Reply = WireReply.Failure(403, "Forbidden", "pods is forbidden: User \"x\" cannot list resource \"pods\"");
        }, "", "failed: left a; cordoned").But("failed: left a; open", Difference.AsFound).Saying("could not be read"),
        Of("the watch is cut", static s =>
        {
            s.Pod("a", p => p with { Grace = 3, Ends = Ends.AfterGrace });
            s.On("GET", "/api/v1/pods", 2, "watch=").IsCut = true;
        }, "", "ok: gone a; cordoned"),
        Of("the watch's version is too old", static s =>
        {
            s.Pod("a", p => p with { Grace = 3, Ends = Ends.AfterGrace });
            s.On("GET", "/api/v1/pods", 2, "watch=").Reply = WireReply.Failure(410, "Expired", "too old resource version");
        }, "", "ok: gone a; cordoned"),
        Of("a volume is detached after the pod is gone", static s =>
        {
            s.Pod("a");
            s.Volume("data");
            s.On("GET", "/volumeattachments", 1, "watch=").Before = () => s.DetachAsync("data");
        }, "", "ok: gone a; cordoned").Though(Difference.Volumes).Saying("waiting for volume data-").Unsaid("data-")
            .Also(static r => r.Output.Contains("still attached", StringComparison.Ordinal) ? "it did not wait for the volume" : null),
        Of("a volume that stays attached", static s =>
        {
            s.Pod("a");
            s.Volume("data");
        }, "", "ok: gone a; cordoned").With("--volume-detach-timeout=1s").Though(Difference.Volumes)
            .Saying("waiting for volume data-", "volumes of evicted pods are still attached").Unsaid("data-"),
    ];

    private static DrainCase Of(string name, Action<Stage> setup, string flags, string kubectl) => new("Waits", name, setup, flags, kubectl);
}
