using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Contract;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Fleet;

/// <summary>What makes no sense is refused with a sentence: the CEL rules of deploy/crds on a real server.</summary>
[Collection(ClusterTests.Name)]
public sealed class FleetRuleTests(ClusterFixture cluster)
{
    private const string Webhook = "\"webhook\":{\"url\":\"https://x/\"}";
    private const string Resource = "\"deleteResource\":{\"apiVersion\":\"e.org/v1\",\"resource\":\"instances\"";

    private static readonly (string Spec, string Sentence)[] BadPolicies =
    [
        ("\"maxAge\":\"1h\",\"ageJitter\":\"2h\"", "maxAge must be longer than ageJitter"),
        ("\"maxAge\":\"1h\",\"ageJitter\":\"1h\"", "maxAge must be longer than ageJitter"),
        ("\"maxAge\":\"30s\"", "maxAge must be at least 1m"),
        ("\"budget\":{\"maxUnavailable\":\"200%\"}", "must be a whole number from 0 on, or a percentage from 0% to 100%"),
        ("\"budget\":{\"maxPerZone\":-2}", "must be a whole number from 0 on, or a percentage from 0% to 100%"),
        ("\"windows\":[{\"days\":[\"Mon\"],\"start\":\"22:00\",\"cron\":\"0 22 * * *\",\"duration\":\"1h\"}]", "a window is either days and start, or cron"),
        ("\"windows\":[{\"days\":[\"Mon\"],\"duration\":\"1h\"}]", "a window is either days and start, or cron"),
        ("\"windows\":[{\"duration\":\"1h\"}]", "a window is either days and start, or cron"),
        ("\"windows\":[{\"cron\":\"0 22 * * *\",\"duration\":\"0s\"}]", "a window must stay open for more than 0s"),
        ("\"waves\":[{\"name\":\"a\",\"size\":1}]", "the last wave is all the nodes that are left"),
        ("\"waves\":[{\"name\":\"a\"},{\"name\":\"b\"}]", "every wave but the last must have size or nodeSelector"),
        ("\"waves\":[{\"name\":\"a\",\"size\":1,\"nodeSelector\":{}},{\"name\":\"b\"}]", "a wave has either size or nodeSelector, not both"),
        ("\"waves\":[{\"name\":\"a\",\"size\":1},{\"name\":\"a\"}]", "the names of waves must differ"),
        ("\"replacement\":{\"method\":\"Webhook\"}", "webhook must be given with the method Webhook"),
        ("\"replacement\":{\"method\":\"Reboot\"," + Webhook + "}", "webhook must be given with the method Webhook"),
        ("\"replacement\":{" + Webhook + "}", "webhook must be given with the method Webhook"),
        ("\"replacement\":{\"method\":\"DeleteResource\"}", "deleteResource must be given with the method DeleteResource"),
        ("\"replacement\":{\"method\":\"Karpenter\",\"clusterApi\":{}}", "clusterApi must be given with the method ClusterApi only"),
        ("\"replacement\":{\"method\":\"Reboot\",\"replacementFirst\":true}", "replacementFirst makes no sense with Reboot"),
        ("\"replacement\":{\"replacementFirst\":true}", "replacementFirst makes no sense with Reboot"),
        ("\"replacement\":{\"method\":\"DeleteResource\"," + Resource + ",\"matchBy\":\"Label\"}}", "key must be given with matchBy Label or Annotation"),
        ("\"replacement\":{\"method\":\"DeleteResource\"," + Resource + ",\"key\":\"a\"}}", "key must be given with matchBy Label or Annotation"),
        ("\"replacement\":{\"method\":\"Update\"}", "Update replaces no machine"),
        ("\"updates\":{\"drain\":\"Never\",\"reboot\":\"IfRequired\"}", "no node is rebooted with its pods on it"),
        ("\"health\":{\"recycleNotReadyAfter\":\"30s\"}", "a node that is not Ready for less than 1m may well come back by itself"),
        ("\"health\":{\"queries\":[{\"name\":\"a\",\"query\":\"up\"}]}", "queries need prometheus"),
    ];

    private static readonly string[] GoodPolicies =
    [
        "\"maxAge\":\"720h\",\"ageJitter\":\"24h\"",
        "\"budget\":{\"maxUnavailable\":\"100%\",\"maxPerZone\":0}",
        "\"windows\":[{\"days\":[\"Sat\",\"Sun\"],\"start\":\"00:00\",\"duration\":\"24h\",\"timeZone\":\"Europe/Berlin\"},{\"cron\":\"0 22 * * 1-5\",\"duration\":\"4h\"}]",
        "\"waves\":[]",
        "\"updates\":{\"mode\":\"Coordinated\",\"scope\":\"All\",\"drain\":\"Never\",\"onHazard\":\"Proceed\"}",
        "\"updates\":{\"mode\":\"Coordinated\",\"drain\":\"Always\",\"reboot\":\"IfRequired\"}",
        "\"updates\":{\"mode\":\"Coordinated\",\"rebootMethod\":\"SoftReboot\",\"repair\":\"Interrupted\"}",
        "\"waves\":[{\"name\":\"canary\",\"size\":1,\"soak\":\"1h\"},{\"name\":\"tenth\",\"size\":\"10%\"},{\"name\":\"rest\"}]",
        "\"replacement\":{\"method\":\"Webhook\",\"replacementFirst\":true," + Webhook + "}",
        "\"replacement\":{\"method\":\"DeleteResource\"," + Resource + "}}",
        "\"replacement\":{\"method\":\"DeleteResource\"," + Resource + ",\"providerIdField\":\"metadata.annotations.e\\\\.org/id\"}}",
        "\"replacement\":{\"method\":\"DeleteResource\"," + Resource + ",\"matchBy\":\"Annotation\",\"key\":\"e.org/instance\"}}",
    ];

    [RealServerFact]
    public async Task A_policy_that_makes_no_sense_is_refused_with_a_sentence()
    {
        await cluster.Fleet.DefineAsync();

        foreach ((string spec, string sentence) in BadPolicies)
            await RefusedAsync(FleetObjects.Policies, FleetObjects.Policy("bad", spec), sentence, spec);
        await RefusedAsync(
            FleetObjects.Policies, Selecting("""{"matchExpressions":[{"key":"a","operator":"In"}]}"""), "values must be given with In and NotIn", "In");
        await RefusedAsync(
            FleetObjects.Policies, Selecting("""{"matchExpressions":[{"key":"a","operator":"Exists","values":["b"]}]}"""), "values must be given with In and NotIn", "Exists");
    }

    [Fact]
    public async Task A_policy_that_makes_sense_is_taken()
    {
        await cluster.Fleet.DefineAsync();

        foreach (string spec in GoodPolicies)
        {
            RawAnswer made = await cluster.Api.PostAsync($"{FleetObjects.Policies}?dryRun=All", FleetObjects.Policy(FleetObjects.NewName("good"), spec));
            made.Code.ShouldBe(201, $"{spec}: {made.Text}");
        }
    }

    [RealServerFact]
    public async Task A_recycle_or_a_fleet_that_makes_no_sense_is_refused_with_a_sentence()
    {
        await cluster.Fleet.DefineAsync();

        const string Node = "\"nodeName\":\"n\",\"reasons\":[\"Age\"]";
        await RefusedAsync(FleetObjects.Recycles, FleetObjects.Recycle("bad", Node + ",\"force\":true"), "force is for people only: it needs the reason Manual", "force");
        await RefusedAsync(
            FleetObjects.Recycles, FleetObjects.Recycle("bad", Node + ",\"method\":\"Reboot\",\"replacementFirst\":true"), "replacementFirst makes no sense with Reboot", "first");
        await RefusedAsync(
            FleetObjects.Recycles, FleetObjects.Recycle("bad", Node + ",\"method\":\"Update\",\"replacementFirst\":true"), "replacementFirst makes no sense with Reboot and Update", "first");
        await RefusedAsync(
            FleetObjects.Fleets, FleetObjects.Fleet("""{"notifications":[{"format":"Json"}]}""", "cluster"), "a receiver has either url or urlFrom", "no url");
        await RefusedAsync(FleetObjects.Fleets, FleetObjects.Fleet("{}", "second"), "there is one Fleet, and its name must be cluster", "name");
        await RefusedAsync(
            FleetObjects.Fleets, FleetObjects.Fleet("""{"budget":{"maxUnavailable":"150%"}}""", "cluster"), "a percentage from 0% to 100%", "budget");
    }

    [RealServerFact]
    public async Task An_update_that_names_no_packages_is_refused_with_a_sentence()
    {
        await cluster.Fleet.DefineAsync();

        const string Sentence = "an update must name packages: nothing is installed that nobody has named";
        foreach (string more in (string[])["", ",\"packages\":[]", ",\"repair\":false", ",\"despiteHazard\":true"])
            await RefusedAsync(FleetObjects.Guarded, FleetObjects.GuardedNode("bad", Operation("Update", more)), Sentence, more);
    }

    [Fact]
    public async Task Every_operation_that_an_agent_knows_is_taken()
    {
        await cluster.Fleet.DefineAsync();

        string[] operations =
        [
            Operation("Reboot"), Operation("Kexec"), Operation("SoftReboot"), Operation("Update", ",\"repair\":true"),
            Operation("Update", ",\"packages\":[{\"name\":\"systemd:amd64\",\"version\":\"257.13-1~deb13u1\",\"security\":true}],\"despiteHazard\":true"),
        ];
        foreach (string spec in operations)
        {
            RawAnswer made = await cluster.Api.PostAsync($"{FleetObjects.Guarded}?dryRun=All&fieldValidation=Strict", FleetObjects.GuardedNode(FleetObjects.NewName("good"), spec));
            made.Code.ShouldBe(201, $"{spec}: {made.Text}");
        }
    }

    [RealServerFact]
    public async Task What_was_asked_of_a_recycle_is_not_changed_afterwards()
    {
        await cluster.Fleet.DefineAsync();
        string path = $"{FleetObjects.Recycles}/{FleetObjects.NewName("fixed")}";
        await cluster.Api.CreateAsync(
            FleetObjects.Recycles, FleetObjects.Recycle(path.Split('/')[^1], $"\"nodeName\":\"{FleetObjects.NewName("gone")}\",\"reasons\":[\"Manual\"],\"cancel\":true"));
        try
        {
            await RefusedPatchAsync(path, """{"spec":{"nodeName":"another"}}""", "nodeName cannot be changed: make another NodeRecycle");
            (await cluster.Api.PatchAsync(path, Answers.Json("""{"spec":{"nodeUID":"u-1"}}"""))).ShouldBeDone();
            await RefusedPatchAsync(path, """{"spec":{"nodeUID":"u-2"}}""", "nodeUID cannot be changed: make another NodeRecycle");
            await RefusedPatchAsync(path, """{"spec":{"nodeUID":null}}""", "nodeUID cannot be changed: make another NodeRecycle");
            await RefusedPatchAsync(path, """{"spec":{"cancel":false}}""", "a cancelled recycle stays cancelled");
            await RefusedPatchAsync(path, """{"spec":{"cancel":null}}""", "a cancelled recycle stays cancelled");
            (await cluster.Api.PatchAsync($"{path}/status", Answers.Json("""{"status":{"phase":"Pending"}}"""))).ShouldBeDone();
            (await cluster.Api.PatchAsync($"{path}/status", Answers.Json("""{"status":{"phase":"Cancelled"}}"""))).ShouldBeDone();
            await RefusedPatchAsync($"{path}/status", """{"status":{"phase":"Draining"}}""", "a recycle that has ended is not taken up again");
        }
        finally
        {
            await cluster.Api.DeleteAsync(path);
        }
    }

    private static string Operation(string kind, string more = "") =>
        $$"""{"operation":{"id":"1","kind":"{{kind}}","recycle":"r","deadline":"2026-11-22T00:00:00Z"{{more}} } }""";

    private static JsonObject Selecting(string selector)
    {
        JsonObject policy = FleetObjects.Policy("bad");
        policy["spec"]!["nodeSelector"] = Answers.Json(selector);
        return policy;
    }

    private async Task RefusedAsync(string path, JsonObject value, string sentence, string what)
    {
        RawAnswer refused = await cluster.Api.PostAsync($"{path}?dryRun=All", value);
        refused.Code.ShouldBe(422, $"{what}: {refused.Text}");
        refused.Message.ShouldContain(sentence, Case.Sensitive, what);
    }

    private async Task RefusedPatchAsync(string path, string patch, string sentence)
    {
        RawAnswer refused = await cluster.Api.PatchAsync(path, Answers.Json(patch));
        refused.Code.ShouldBe(422, $"{patch}: {refused.Text}");
        refused.Message.ShouldContain(sentence, Case.Sensitive, patch);
    }
}
