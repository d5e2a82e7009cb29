using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Contract;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Fleet;

/// <summary>The kinds of deploy/crds on a server: what is filled in, what is refused, what install does twice.</summary>
[Collection(ClusterTests.Name)]
public sealed class FleetSchemaTests(ClusterFixture cluster)
{
    /// <summary>A spec that is refused by schema, and the field that the refusal names.</summary>
    private static readonly (string Spec, string Field)[] BadPolicies =
    [
        ("\"maxAge\":\"3 days\"", "spec.maxAge"),
        ("\"maxAge\":720", "spec.maxAge"),
        ("\"ageJitter\":\"100%\"", "spec.ageJitter"),
        ("\"image\":{\"onDrift\":\"Panic\"}", "spec.image.onDrift"),
        ("\"updates\":{\"reboot\":\"Always\"}", "spec.updates.reboot"),
        ("\"updates\":{\"rebootMethod\":\"Halt\"}", "spec.updates.rebootMethod"),
        ("\"updates\":{\"repair\":\"Always\"}", "spec.updates.repair"),
        ("\"budget\":{\"maxUnavailable\":\"101%\"}", "spec.budget.maxUnavailable"),
        ("\"budget\":{\"maxUnavailable\":-1}", "spec.budget.maxUnavailable"),
        ("\"budget\":{\"maxUnavailable\":true}", "spec.budget.maxUnavailable"),
        ("\"budget\":{\"maxPerZone\":\"half\"}", "spec.budget.maxPerZone"),
        ("\"budget\":{\"maxStartsPerHour\":0}", "spec.budget.maxStartsPerHour"),
        ("\"budget\":{\"minSpacing\":\"soon\"}", "spec.budget.minSpacing"),
        ("\"windows\":[{\"days\":[\"Mon\"],\"start\":\"24:00\",\"duration\":\"1h\"}]", "spec.windows[0].start"),
        ("\"windows\":[{\"days\":[\"Monday\"],\"start\":\"22:00\",\"duration\":\"1h\"}]", "spec.windows[0].days[0]"),
        ("\"windows\":[{\"days\":[\"Mon\"],\"start\":\"22:00\"}]", "spec.windows[0].duration"),
        ("\"windows\":[{\"cron\":\"0 22\",\"duration\":\"1h\"}]", "spec.windows[0].cron"),
        ("\"windowEnd\":\"Maybe\"", "spec.windowEnd"),
        ("\"waves\":[{\"name\":\"Canary!\"}]", "spec.waves[0].name"),
        ("\"waves\":[{}]", "spec.waves[0].name"),
        ("\"drain\":{\"gracePeriodSeconds\":-1}", "spec.drain.gracePeriodSeconds"),
        ("\"replacement\":{\"method\":\"Magic\"}", "spec.replacement.method"),
        ("\"replacement\":{\"method\":\"Webhook\",\"webhook\":{\"url\":\"ftp://x\"}}", "spec.replacement.webhook.url"),
        ("\"replacement\":{\"method\":\"DeleteResource\",\"deleteResource\":{\"resource\":\"instances\"}}", "spec.replacement.deleteResource.apiVersion"),
        ("\"health\":{\"maxFailedRecycles\":0}", "spec.health.maxFailedRecycles"),
        ("\"health\":{\"prometheus\":\"http://p\",\"queries\":[{\"name\":\"a\",\"query\":\"up\"},{\"name\":\"a\",\"query\":\"up\"}]}", "spec.health.queries[1]"),
    ];

    private static readonly (string Spec, string Field)[] BadRecycles =
    [
        ("\"reasons\":[\"Manual\"]", "spec.nodeName"),
        ("\"nodeName\":\"Not A Name\",\"reasons\":[\"Manual\"]", "spec.nodeName"),
        ("\"nodeName\":\"n\"", "spec.reasons"),
        ("\"nodeName\":\"n\",\"reasons\":[]", "spec.reasons"),
        ("\"nodeName\":\"n\",\"reasons\":[\"Whim\"]", "spec.reasons[0]"),
        ("\"nodeName\":\"n\",\"reasons\":[\"Age\",\"Age\"]", "spec.reasons[1]"),
        ("\"nodeName\":\"n\",\"reasons\":[\"Age\"],\"method\":\"Magic\"", "spec.method"),
        ("\"nodeName\":\"n\",\"reasons\":[\"Age\"],\"deadline\":\"soon\"", "spec.deadline"),
    ];

    [Fact]
    public async Task Installing_twice_changes_nothing()
    {
        await cluster.Fleet.GrantAsync();

        foreach (string what in (string[])["crds", "rbac"])
        {
            string[] again = await cluster.Fleet.RunInstallAsync(what);
            again.Length.ShouldBe((await cluster.Fleet.PrintedAsync(what)).Count);
            again.ShouldAllBe(line => line.EndsWith(": unchanged", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_policy_of_one_line_has_every_default()
    {
        await cluster.Fleet.DefineAsync();

        RawAnswer made = await cluster.Api.PostAsync(
            $"{FleetObjects.Policies}?dryRun=All",
            FleetObjects.Policy(FleetObjects.NewName("defaults"), "\"windows\":[{\"cron\":\"0 22 * * *\",\"duration\":\"4h\"}],\"waves\":[{\"name\":\"rest\"}],\"image\":{}"));

        JsonObject spec = made.ShouldBeDone(201)["spec"].AsObject();
        spec.Remove("nodeSelector");
        Answers.Sorted(spec).ShouldBe(Answers.Sorted(Answers.Json("""
            {"paused":false,"ageJitter":"25%","image":{"onDrift":"Report"},"updates":{"mode":"Off","scope":"Security","drain":"IfReboot","onHazard":"Wait","reboot":"Never","rebootMethod":"Reboot","repair":"Never"},
             "budget":{"maxUnavailable":1,"minSpacing":"0s"},
             "windows":[{"cron":"0 22 * * *","duration":"4h","timeZone":"UTC"}],"windowEnd":"FitInside",
             "waves":[{"name":"rest","soak":"0s"}],
             "drain":{"timeout":"1h","deleteEmptyDirData":true,"force":false,"volumeDetachTimeout":"2m"},
             "replacement":{"method":"DeleteNode","replacementFirst":false,"timeout":"30m"},
             "health":{"minReady":"2m","timeout":"15m","maxUnhealthy":"20%","maxFailedRecycles":1}}
            """)));
    }

    [Fact]
    public async Task Parts_of_a_policy_are_filled_in_like_the_whole()
    {
        await cluster.Fleet.DefineAsync();

        RawAnswer made = await cluster.Api.PostAsync(
            $"{FleetObjects.Policies}?dryRun=All",
            FleetObjects.Policy(FleetObjects.NewName("parts"), "\"drain\":{\"timeout\":\"5m\"},\"replacement\":{\"method\":\"ClusterApi\",\"clusterApi\":{}}"));

        Answers.Sorted(made.ShouldBeDone(201)["spec"]["drain"]!).ShouldBe(
            """{"deleteEmptyDirData":true,"force":false,"timeout":"5m","volumeDetachTimeout":"2m"}""");
        Answers.Sorted(made["spec"]["replacement"]!).ShouldBe(
            """{"clusterApi":{"strategy":"Delete"},"method":"ClusterApi","replacementFirst":false,"timeout":"30m"}""");
    }

    [Fact]
    public async Task A_fleet_and_a_recycle_have_their_defaults()
    {
        await cluster.Fleet.DefineAsync();

        JsonObject bare = FleetObjects.Fleet("{}");
        bare.Remove("spec");
        RawAnswer fleet = await cluster.Api.PostAsync($"{FleetObjects.Fleets}?dryRun=All", bare);
        RawAnswer recycle = await cluster.Api.PostAsync(
            $"{FleetObjects.Recycles}?dryRun=All", FleetObjects.Recycle("r", "\"nodeName\":\"n\",\"reasons\":[\"Manual\"]"));

        // Another suite on the same server may have the one Fleet; then what is there says the same.
        if (fleet.Code == 409)
            fleet = await cluster.Api.GetAsync($"{FleetObjects.Fleets}/cluster");
        Answers.Sorted(fleet["spec"]).ShouldBe(Answers.Sorted(Answers.Json("""
            {"paused":false,"budget":{"maxUnavailable":"10%","minSpacing":"0s"},"freeze":{"sameCauseNodes":3,"within":"10m"},"history":{"keep":"168h"}}
            """)));
        Answers.Sorted(recycle.ShouldBeDone(201)["spec"]).ShouldBe("""{"cancel":false,"force":false,"nodeName":"n","reasons":["Manual"]}""");
    }

    [Fact]
    public async Task A_policy_that_the_schema_forbids_is_refused_and_the_field_is_named()
    {
        await cluster.Fleet.DefineAsync();

        foreach ((string spec, string field) in BadPolicies)
            await RefusedAsync(FleetObjects.Policies, FleetObjects.Policy("bad", spec), field, spec);
        JsonObject bare = FleetObjects.Policy("bad");
        bare["spec"] = new JsonObject();
        await RefusedAsync(FleetObjects.Policies, bare, "spec.nodeSelector", "{}");
    }

    [Fact]
    public async Task A_recycle_an_operation_and_a_fleet_that_the_schema_forbids_are_refused()
    {
        await cluster.Fleet.DefineAsync();

        foreach ((string spec, string field) in BadRecycles)
            await RefusedAsync(FleetObjects.Recycles, FleetObjects.Recycle("bad", spec), field, spec);
        await RefusedAsync(
            FleetObjects.Guarded, FleetObjects.GuardedNode("bad", """{"operation":{"id":"1","kind":"Halt"}}"""), "spec.operation.kind", "Halt");
        await RefusedAsync(FleetObjects.Guarded, FleetObjects.GuardedNode("bad", """{"operation":{"kind":"Reboot"}}"""), "spec.operation.id", "no id");
        await RefusedAsync(FleetObjects.Fleets, FleetObjects.Fleet("""{"freeze":{"sameCauseNodes":1}}"""), "spec.freeze.sameCauseNodes", "1");
        await RefusedAsync(FleetObjects.Fleets, FleetObjects.Fleet("""{"notifications":[{"url":"https://example.org/","format":"Xml"}]}"""), "spec.notifications[0].format", "Xml");
    }

    [Fact]
    public async Task The_status_is_written_by_itself_and_its_generation_stays()
    {
        await cluster.Fleet.DefineAsync();
        string name = FleetObjects.NewName("gn");
        try
        {
            JsonObject forged = FleetObjects.GuardedNode(name);
            forged["status"] = new JsonObject { ["kernel"] = "forged" };
            RawAnswer made = await cluster.Api.CreateAsync(FleetObjects.Guarded, forged);
            RawAnswer told = await cluster.Api.PatchAsync(
                $"{FleetObjects.Guarded}/{name}/status", Answers.Json("""{"status":{"kernel":"6.12","routes":{"state":"Intact","guarded":4}}}"""));

            made.Body!["status"].ShouldBeNull();
            told.ShouldBeDone()["status"].ToJsonString().ShouldContain("\"guarded\":4");
            told["metadata"]["generation"]!.GetValue<int>().ShouldBe(1);
        }
        finally
        {
            await cluster.Api.DeleteAsync($"{FleetObjects.Guarded}/{name}");
        }
    }

    private async Task RefusedAsync(string path, JsonObject value, string field, string what)
    {
        RawAnswer refused = await cluster.Api.PostAsync($"{path}?dryRun=All", value);
        refused.Code.ShouldBe(422, $"{what}: {refused.Text}");
        refused.Causes().ShouldContain(c => c.StartsWith($"{field}:", StringComparison.Ordinal), $"{what}: {refused.Text}");
    }
}
