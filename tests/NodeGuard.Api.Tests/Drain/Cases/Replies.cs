namespace NodeGuard.Api.Tests.Drain.Cases;

/// <summary>What the server, or something before it, may answer to an eviction. The answers are put on the wire; the rest is the server's.</summary>
internal static class Replies
{
    private const string Soon = "--timeout=5s";
    private const string Gone = "ok: gone a; cordoned";
    private const string Left = "failed: left a; cordoned";
    private const string LeftOpen = "failed: left a; open";

    private static readonly WireReply Webhook = WireReply.Failure(
        403, "Forbidden", "admission webhook \"guard.example.com\" denied the request: not now");

    private static readonly WireReply WebhookAway = WireReply.Failure(
        500, "InternalError", "Internal error occurred: failed calling webhook \"guard.example.com\": failed to call webhook: Post \"https://guard.svc\": connection refused");

    private static readonly WireReply Ending = WireReply.Failure(
        403, "Forbidden", "pods \"a\" is forbidden: unable to create new content in namespace x because it is being terminated",
        causes: ("NamespaceTerminating", "namespace x is being terminated"));

    private static readonly WireReply Busy = WireReply.Failure(429, "TooManyRequests", "the server is busy", retryAfter: 1);

    public static IEnumerable<DrainCase> All => Once().Concat(Always()).Concat(Others());

    /// <summary>The first so many evictions of pod a are answered so.</summary>
    private static DrainCase Of(string name, WireReply? reply, int times, string flags, string kubectl) => new("Replies", name, s =>
    {
        s.Pod("a");
        WireRule rule = s.On("POST", "/pods/a/eviction", times);
        (rule.Reply, rule.IsCut) = (reply, reply is null);
    }, flags, kubectl);

    private static IEnumerable<DrainCase> Once() =>
    [
        Of("429 without a budget, once: the server is busy", Busy, 1, "", Gone),
        Of("429 without a budget, three times", Busy, 3, "", Gone),
        Of("500 once", WireReply.Failure(500, "InternalError", "etcd leader changed"), 1, "", Left).But(Gone, Difference.Retried),
        Of("503 once", WireReply.Failure(503, "ServiceUnavailable", "the server is starting"), 1, "", Left).But(Gone, Difference.Retried),
        Of("504 once", WireReply.Failure(504, "Timeout", "Timeout: request did not complete within the allotted timeout"), 1, "", Left).But(Gone, Difference.Retried),
        Of("409 once", WireReply.Failure(409, "Conflict", "Operation cannot be fulfilled on pods \"a\": the object has been modified"), 1, "", Left).But(Gone, Difference.Retried),
        Of("the connection breaks once", null, 1, "", Left).But(Gone, Difference.Retried),
        Of("a webhook says no once", Webhook, 1, "", Left).But(Gone, Difference.Webhook),
        Of("a webhook cannot be reached once", WebhookAway, 1, "", Left).But(Gone, Difference.Webhook),
        Of("403 NamespaceTerminating once, the pod is not ending yet", Ending, 1, "", Gone),
    ];

    private static IEnumerable<DrainCase> Always() =>
    [
        Of("429 without a budget until the timeout: no block", Busy, int.MaxValue, Soon, Left).But(LeftOpen, Difference.AsFound),
        Of("500 until the timeout", WireReply.Failure(500, "InternalError", "etcd leader changed"), int.MaxValue, Soon, Left).But(LeftOpen, Difference.AsFound).Saying("etcd leader changed"),
        Of("504 until the timeout", WireReply.Failure(504, "Timeout", "Timeout: no"), int.MaxValue, Soon, Left).But(LeftOpen, Difference.AsFound),
        Of("the connection breaks until the timeout", null, int.MaxValue, Soon, Left).But(LeftOpen, Difference.AsFound),
        Of("a webhook says no until the timeout", Webhook, int.MaxValue, Soon, Left).But("blocked: left a; open", Difference.Webhook, Difference.Blocked, Difference.AsFound).Saying("guard.example.com", "not now"),
        Of("a webhook cannot be reached until the timeout", WebhookAway, int.MaxValue, Soon, Left).But("blocked: left a; open", Difference.Webhook, Difference.Blocked, Difference.AsFound).Saying("guard.example.com"),
        Of("403: no right to evict", WireReply.Failure(403, "Forbidden", "pods \"a\" is forbidden: User \"x\" cannot create resource \"pods/eviction\" in API group \"\" in the namespace \"y\""), int.MaxValue, "", Left).But(LeftOpen, Difference.AsFound).Saying("pods/eviction"),
        Of("422: the request is wrong", WireReply.Failure(422, "Invalid", "Eviction \"a\" is invalid"), int.MaxValue, "", Left).But(LeftOpen, Difference.AsFound),
    ];

    private static IEnumerable<DrainCase> Others() =>
    [
        new DrainCase("Replies", "404: the pod is gone meanwhile", static s =>
        {
            StagePod pod = s.Pod("a");
            s.On("POST", "/pods/a/eviction", 1).Before = () => s.RemoveAsync(pod);
        }, "", Gone),
        new DrainCase("Replies", "403 NamespaceTerminating of a pod that is ending", static s =>
        {
            s.Pod("a", p => p with { Deleted = true, Grace = 3, Ends = Ends.AfterGrace });
            s.On("POST", "/pods/a/eviction").Reply = Ending;
        }, "", Gone),
        new DrainCase("Replies", "one pod is refused, the others go", static s =>
        {
            s.Pod("a");
            s.Pod("b");
            s.Pod("c");
            s.On("POST", "/pods/a/eviction").Reply = WireReply.Failure(403, "Forbidden", "pods \"a\" is forbidden: no");
        }, "", "failed: gone b c, left a; cordoned").But("failed: gone b c, left a; open", Difference.AsFound),
        new DrainCase("Replies", "a pod is born again elsewhere under its name before its eviction", static s =>
        {
            StagePod pod = s.Pod("a");
            StagePod again = s.Later("a", p => p with { Alias = "a-again", Node = "m", Ends = Ends.Never });
            s.On("POST", "/pods/a/eviction", 1).Before = async () =>
            {
                await s.RemoveAsync(pod);
                await s.CreateAsync(again);
            };
        }, "", "ok: gone a, ending a-again; m open, n cordoned").But("ok: gone a, left a-again; m open, n cordoned", Difference.SamePod),
    ];
}
