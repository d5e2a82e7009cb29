using System.Buffers.Text;
using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>Tokens of service accounts: asked for, reviewed, bound to what may go, expiring.</summary>
[Collection(ClusterTests.Name)]
public sealed class TokenTests(ClusterFixture cluster)
{
    private const string Reviews = "/apis/authentication.k8s.io/v1/tokenreviews";

    [Fact]
    public async Task A_token_is_signed_for_the_account_with_the_life_that_was_asked()
    {
        using Account account = await Account.NewAsync(cluster);

        RawAnswer answer = await cluster.Api.PostAsync(account.TokenPath, Account.Request("""{"expirationSeconds":1200}"""));

        answer.ShouldBeDone(201);
        JsonNode claims = Claims((string)answer["status"]["token"]!);
        claims["sub"]!.ToString().ShouldBe(account.User);
        (claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>()).ShouldBe(1200);
        claims["kubernetes.io"]!["namespace"]!.ToString().ShouldBe(account.Namespace);
        claims["kubernetes.io"]!["serviceaccount"]!["name"]!.ToString().ShouldBe("robot");
        var ends = DateTimeOffset.Parse((string)answer["status"]["expirationTimestamp"]!, null);
        Math.Abs(ends.ToUnixTimeSeconds() - claims["exp"]!.GetValue<long>()).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task A_review_tells_whose_a_token_is_and_refuses_nonsense_as_a_value()
    {
        using Account account = await Account.NewAsync(cluster);
        string token = await TokenAsync(account, "{}");

        RawAnswer good = await ReviewAsync(token);
        RawAnswer bad = await ReviewAsync(token[..^8] + "AAAAAAAA");

        good.ShouldBeDone(201)["status"]["authenticated"]!.GetValue<bool>().ShouldBeTrue();
        good["status"]["user"]!["username"]!.ToString().ShouldBe(account.User);
        good["status"]["audiences"]!.AsArray().Count.ShouldBeGreaterThan(0);
        bad.ShouldBeDone(201).Body!["status"]!["authenticated"].ShouldBeNull();
        bad["status"]["error"]!.ToString().ShouldContain("invalid bearer token");
    }

    [Fact]
    public async Task A_token_for_another_audience_opens_nothing_here_and_is_good_there()
    {
        using Account account = await Account.NewAsync(cluster);
        string token = await TokenAsync(account, """{"audiences":["elsewhere"]}""");

        using var api = RawApi.FromKubeconfig(cluster.Kubeconfig, token);
        RawAnswer here = await api.GetAsync("/api/v1/nodes");
        RawAnswer review = await ReviewAsync(token, "elsewhere");

        here.ShouldBeRefused(401, "Unauthorized", "Unauthorized");
        review["status"]["authenticated"]!.GetValue<bool>().ShouldBeTrue();
        review["status"]["audiences"]!.ToJsonString().ShouldBe("""["elsewhere"]""");
    }

    [Fact]
    public async Task A_token_that_nobody_gave_is_401()
    {
        using var api = RawApi.FromKubeconfig(cluster.Kubeconfig, "nonsense");

        (await api.GetAsync("/api/v1/nodes")).ShouldBeRefused(401, "Unauthorized", "Unauthorized");
    }

    [Fact]
    public async Task A_token_bound_to_a_pod_names_it_and_its_node_and_ends_with_it()
    {
        using Account account = await Account.NewAsync(cluster);
        string node = await cluster.NewNodeAsync();
        JsonObject pod = TestObjects.Pod("p", node, new JsonObject { [TestKubelet.LeftAlone] = "" });
        pod["spec"]!["serviceAccountName"] = "robot";
        RawAnswer made = await cluster.Api.CreateAsync($"/api/v1/namespaces/{account.Namespace}/pods", pod);
        string uid = (string)made["metadata"]["uid"]!;
        string reference = $$$"""{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"p","uid":"{{{uid}}}"}}""";

        string token = await TokenAsync(account, reference);

        JsonNode claims = Claims(token)["kubernetes.io"]!;
        (claims["pod"]!["name"]!.ToString(), claims["pod"]!["uid"]!.ToString()).ShouldBe(("p", uid));
        claims["node"]!["name"]!.ToString().ShouldBe(node);
        JsonNode extra = (await ReviewAsync(token))["status"]["user"]!["extra"]!;
        extra["authentication.kubernetes.io/pod-name"]![0]!.ToString().ShouldBe("p");
        extra["authentication.kubernetes.io/node-name"]![0]!.ToString().ShouldBe(node);
        await cluster.Api.DeleteAsync(
            $"/api/v1/namespaces/{account.Namespace}/pods/p", Answers.Json("""{"gracePeriodSeconds":0}"""));
        await Until.AnswerAsync(
            () => ReviewAsync(token), a => a["status"]["authenticated"]?.GetValue<bool>() != true, "the token ends with its pod");
    }

    [Fact]
    public async Task A_token_ends_with_its_account()
    {
        using Account account = await Account.NewAsync(cluster);
        string token = await TokenAsync(account, "{}");

        await cluster.Api.DeleteAsync($"/api/v1/namespaces/{account.Namespace}/serviceaccounts/robot");

        await Until.AnswerAsync(
            () => ReviewAsync(token), a => a["status"]["authenticated"]?.GetValue<bool>() != true, "the token ends with its account");
    }

    [Fact]
    public async Task Lives_that_are_too_short_and_bindings_to_what_is_not_there_are_refused()
    {
        using Account account = await Account.NewAsync(cluster);

        RawAnswer brief = await cluster.Api.PostAsync(account.TokenPath, Account.Request("""{"expirationSeconds":60}"""));
        RawAnswer absent = await cluster.Api.PostAsync(
            account.TokenPath, Account.Request("""{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"none"}}"""));
        RawAnswer kind = await cluster.Api.PostAsync(
            account.TokenPath, Account.Request("""{"boundObjectRef":{"apiVersion":"v1","kind":"Service","name":"none"}}"""));
        RawAnswer nobody = await cluster.Api.PostAsync(
            account.TokenPath.Replace("robot", "nobody", StringComparison.Ordinal), Account.Request("{}"));

        brief.Causes().ShouldBe(
            ["spec.expirationSeconds: FieldValueInvalid: Invalid value: 60: may not specify a duration less than 10 minutes"]);
        absent.ShouldBeRefused(404, "NotFound", "pods \"none\" not found");
        kind.Code.ShouldBe(400);
        kind.Message.ShouldBe("cannot bind token to object of type /v1, Kind=Service");
        nobody.ShouldBeRefused(404, "NotFound", "serviceaccounts \"nobody\" not found");
    }

    private async Task<string> TokenAsync(Account account, string spec) =>
        (string)(await cluster.Api.CreateAsync(account.TokenPath, Account.Request(spec)))["status"]["token"]!;

    private Task<RawAnswer> ReviewAsync(string token, params string[] audiences)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenReview",
            ["spec"] = new JsonObject { ["token"] = token },
        };
        if (audiences.Length > 0)
            review["spec"]!["audiences"] = new JsonArray([.. audiences.Select(a => (JsonNode)a)]);
        return cluster.Api.PostAsync(Reviews, review);
    }

    private static JsonNode Claims(string token) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;
}
