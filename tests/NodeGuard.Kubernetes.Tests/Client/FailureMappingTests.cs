using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Client;

public sealed class FailureMappingTests
{
    private static readonly ApiRequest Evict = RequestBuilder.Evict(new ObjectName("shop", "web-0"), dryRun: false);

    [Theory]
    [InlineData(400, "BadRequest", "bad", null, ApiFailureKind.Invalid)]
    [InlineData(401, "Unauthorized", "Unauthorized", null, ApiFailureKind.Unauthorized)]
    [InlineData(403, "Forbidden", "no", null, ApiFailureKind.Forbidden)]
    [InlineData(403, "Forbidden", "it is being terminated", "NamespaceTerminating", ApiFailureKind.NamespaceTerminating)]
    [InlineData(404, "NotFound", "pods \"x\" not found", null, ApiFailureKind.NotFound)]
    [InlineData(405, "MethodNotAllowed", "no", null, ApiFailureKind.Invalid)]
    [InlineData(408, "Timeout", "slow", null, ApiFailureKind.Timeout)]
    [InlineData(409, "AlreadyExists", "pods \"x\" already exists", null, ApiFailureKind.AlreadyExists)]
    [InlineData(409, "Conflict", "the object has been modified", null, ApiFailureKind.Conflict)]
    [InlineData(409, "", "odd", null, ApiFailureKind.Conflict)]
    [InlineData(410, "Gone", "too old", null, ApiFailureKind.Gone)]
    [InlineData(410, "Expired", "too old resource version", null, ApiFailureKind.Gone)]
    [InlineData(413, "RequestEntityTooLarge", "large", null, ApiFailureKind.Invalid)]
    [InlineData(415, "UnsupportedMediaType", "type", null, ApiFailureKind.Invalid)]
    [InlineData(422, "Invalid", "spec.x: Required value", "FieldValueRequired", ApiFailureKind.Invalid)]
    [InlineData(429, "TooManyRequests", "slow down", null, ApiFailureKind.Throttled)]
    [InlineData(429, "TooManyRequests", "Cannot evict pod", "DisruptionBudget", ApiFailureKind.BlockedByBudget)]
    [InlineData(500, "", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.", null, ApiFailureKind.SeveralBudgets)]
    [InlineData(500, "InternalError", "boom", null, ApiFailureKind.ServerError)]
    [InlineData(500, "ServerTimeout", "try again", null, ApiFailureKind.Timeout)]
    [InlineData(500, "InternalError", "Internal error occurred: failed calling webhook \"v.example\": no route", null, ApiFailureKind.WebhookDenied)]
    [InlineData(403, "Forbidden", "admission webhook \"v.example\" denied the request: no", null, ApiFailureKind.WebhookDenied)]
    [InlineData(429, "", "admission webhook \"v.example\" denied the request: later", null, ApiFailureKind.WebhookDenied)]
    [InlineData(503, "ServiceUnavailable", "down", null, ApiFailureKind.ServerError)]
    [InlineData(504, "Timeout", "slow", null, ApiFailureKind.Timeout)]
    [InlineData(505, "", "", null, ApiFailureKind.ServerError)]
    public void AStatusIsWhatACallerCanActUpon(int code, string reason, string message, string? cause, ApiFailureKind kind)
    {
        var failure = Map(Evict, code, Status(code, reason, message, cause));
        failure.Kind.ShouldBe(kind);
        failure.Status.ShouldBe(code);
        failure.Reason.ShouldBe(reason);
        failure.Message.ShouldStartWith("create pods/eviction shop/web-0: ");
        failure.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData(401, false, "Unauthorized", ApiFailureKind.Unauthorized)]
    [InlineData(404, false, "404 page not found", ApiFailureKind.NotFound)]
    [InlineData(429, false, "Too many requests, please try again later.", ApiFailureKind.Throttled)]
    [InlineData(429, true, "<html>slow</html>", ApiFailureKind.Throttled)]
    [InlineData(503, true, "<html><h1>503 Service Unavailable</h1>", ApiFailureKind.ServerError)]
    [InlineData(504, true, "<html>gateway", ApiFailureKind.Timeout)]
    [InlineData(403, true, "<!DOCTYPE html><title>Sign in</title>", ApiFailureKind.Malformed)]
    [InlineData(404, true, "<html>nothing here", ApiFailureKind.Malformed)]
    [InlineData(500, false, "{\"kind\":\"Pod\"}", ApiFailureKind.ServerError)]
    [InlineData(418, false, "teapot", ApiFailureKind.Malformed)]
    public void AnAnswerThatIsNoStatusShowsItsFirstWords(int code, bool html, string body, ApiFailureKind kind)
    {
        var failure = FailureMapping.FromAnswer(Evict, code, null, html, Encoding.UTF8.GetBytes(body));
        failure.Kind.ShouldBe(kind);
        failure.Message.ShouldContain(body);
    }

    [Fact]
    public void ABlockNamesTheBudget()
    {
        var failure = Map(Evict, 429, Status(429, "TooManyRequests", "Cannot evict pod", "DisruptionBudget"));
        failure.Causes.ShouldHaveSingleItem().Message.ShouldBe("the cause's text");
        failure.Message.ShouldContain("the cause's text");
    }

    [Fact]
    public void ARefusalOfRbacNamesTheRuleThatWouldBeNeeded()
    {
        const string Said = "pods \"web-0\" is forbidden: User \"jane\" cannot create resource \"pods/eviction\" in API group \"\" in the namespace \"shop\"";
        Map(Evict, 403, Status(403, "Forbidden", Said)).Message
            .ShouldEndWith("needed: apiGroups [\"\"], resources [\"pods/eviction\"], verbs [\"create\"] in a ClusterRole, or a Role in namespace shop");
        Map(RequestBuilder.List(ResourceTypes.CsiNodes, new ListQuery()), 403, Status(403, "Forbidden", Said)).Message
            .ShouldEndWith("needed: apiGroups [\"storage.k8s.io\"], resources [\"csinodes\"], verbs [\"list\"] in a ClusterRole");
        Map(RequestBuilder.Path("/version?x=1"), 403, Status(403, "Forbidden", Said)).Message
            .ShouldEndWith("needed: nonResourceURLs [\"/version\"], verbs [\"get\"] in a ClusterRole");
    }

    [Fact]
    public void ARefusalOfAdmissionNamesNoRule() =>
        Map(Evict, 403, Status(403, "Forbidden", "exceeded quota: pods=10")).Message.ShouldNotContain("needed:");

    [Fact]
    public void TheHeadersWaitComesBeforeTheBodys()
    {
        var body = """{"kind":"Status","code":429,"details":{"retryAfterSeconds":7}}"""u8;
        FailureMapping.FromAnswer(Evict, 429, TimeSpan.FromSeconds(2), html: false, body).RetryAfter.ShouldBe(TimeSpan.FromSeconds(2));
        FailureMapping.FromAnswer(Evict, 429, null, html: false, body).RetryAfter.ShouldBe(TimeSpan.FromSeconds(7));
        FailureMapping.FromAnswer(Evict, 429, null, html: false, """{"kind":"Status","code":429,"details":{"retryAfterSeconds":0}}"""u8).RetryAfter.ShouldBeNull();
    }

    [Fact]
    public void FirstWordsAreShortAndOfOneLine()
    {
        var words = FirstWords.Of(Encoding.UTF8.GetBytes("<html>\r\n\t<body>\u001b[31m" + new string('x', 500)));
        words.Length.ShouldBeLessThan(130);
        words.ShouldStartWith("<html> <body> [31mxxx");
        words.ShouldEndWith("...");
    }

    private static ApiFailure Map(ApiRequest request, int code, string body) =>
        FailureMapping.FromAnswer(request, code, retryAfter: null, html: false, Encoding.UTF8.GetBytes(body));

    private static string Status(int code, string reason, string message, string? cause = null) => new JsonObject
    {
        ["kind"] = "Status",
        ["code"] = code,
        ["reason"] = reason,
        ["message"] = message,
        ["details"] = cause is null ? null : new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = cause, ["message"] = "the cause's text" }) },
    }.ToJsonString(new JsonSerializerOptions());
}
