using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>Strict fields, dry runs, generations, immutable fields, and the shape of 422 for built-in kinds.</summary>
[Collection(ClusterTests.Name)]
public sealed class ValidationTests(ClusterFixture cluster)
{
    [Fact]
    public async Task Unknown_fields_are_refused_warned_of_or_dropped_as_the_request_asks()
    {
        string path = await SpaceAsync("configmaps");
        JsonObject map = Answers.Map("a");
        map["dta"] = 1;

        RawAnswer strict = await cluster.Api.PostAsync($"{path}?fieldValidation=Strict", map);
        RawAnswer ignored = await cluster.Api.PostAsync($"{path}?fieldValidation=Ignore", map);
        await cluster.Api.DeleteAsync($"{path}/a");
        RawAnswer warned = await cluster.Api.PostAsync(path, map);

        strict.ShouldBeRefused(
            400, "BadRequest",
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"dta\"");
        ignored.ShouldBeDone(201).Warnings.ShouldBeEmpty();
        warned.ShouldBeDone(201).Warnings.ShouldBe(["299 - \"unknown field \\\"dta\\\"\""]);
        warned.Body!.AsObject().ContainsKey("dta").ShouldBeFalse();
    }

    [Fact]
    public async Task Unknown_fields_deep_in_a_pod_are_named_by_their_path()
    {
        string path = await SpaceAsync("pods");
        JsonObject pod = TestObjects.Pod("p");
        pod["spec"]!["containers"]![0]!["imagePolicy"] = "x";
        pod["spec"]!["colour"] = "x";

        RawAnswer strict = await cluster.Api.PostAsync($"{path}?fieldValidation=Strict", pod);

        strict.ShouldBeRefused(
            400, "BadRequest",
            "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.containers[0].imagePolicy\", unknown field \"spec.colour\"");
    }

    [Fact]
    public async Task A_duplicate_field_is_refused_strictly_and_the_last_one_counts_otherwise()
    {
        string path = await SpaceAsync("configmaps");
        const string Twice = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"1"},"data":{"k":"2"}}""";

        RawAnswer strict = await SendTextAsync($"{path}?fieldValidation=Strict", Twice);
        RawAnswer warned = await SendTextAsync(path, Twice);

        strict.ShouldBeRefused(
            400, "BadRequest",
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: duplicate field \"data\"");
        warned.ShouldBeDone(201)["data"]["k"]!.ToString().ShouldBe("2");
        warned.Warnings.ShouldBe(["299 - \"duplicate field \\\"data\\\"\""]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("\"text\"")]
    [InlineData("{\"kind\":\"Pod\",\"apiVersion\":\"v1\"}")]
    [InlineData("{\"metadata\":[]}")]
    [InlineData("{\"metadata\":{\"labels\":[\"a\"]}}")]
    public async Task A_body_that_is_no_such_object_is_400(string body)
    {
        string path = await SpaceAsync("configmaps");

        RawAnswer refused = await SendTextAsync(path, body);

        (refused.Code, refused.Reason).ShouldBe((400, "BadRequest"), refused.Text);
        refused.Message.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_deployment_without_a_selector_or_containers_is_422_with_each_field()
    {
        string path = await AppsAsync();
        JsonObject deployment = TestObjects.Deployment("d", 1, new JsonObject { ["app"] = "d" });
        deployment["spec"]!.AsObject().Remove("selector");

        RawAnswer refused = await cluster.Api.PostAsync(path, deployment);

        (refused.Code, refused.Reason).ShouldBe((422, "Invalid"), refused.Text);
        refused.Causes().ShouldContain("spec.selector: FieldValueRequired: Required value");
        ((string?)refused["details"]["name"], (string?)refused["details"]["group"], (string?)refused["details"]["kind"])
            .ShouldBe(("d", "apps", "Deployment"));
    }

    [Fact]
    public async Task A_selector_that_does_not_match_the_template_or_changes_is_refused()
    {
        string path = await AppsAsync();
        JsonObject deployment = TestObjects.Deployment("d", 0, new JsonObject { ["app"] = "d" });
        JsonObject mismatched = deployment.DeepClone().AsObject();
        mismatched["spec"]!["selector"]!["matchLabels"]!["app"] = "e";
        await cluster.Api.CreateAsync(path, deployment);

        RawAnswer mismatch = await cluster.Api.PostAsync(path, mismatched);
        RawAnswer changed = await cluster.Api.PatchAsync(
            $"{path}/d",
            Answers.Json("""{"spec":{"selector":{"matchLabels":{"app":"e"}},"template":{"metadata":{"labels":{"app":"e"}}}}}"""));

        mismatch.Causes().Single().ShouldEndWith("`selector` does not match template `labels`");
        changed.Code.ShouldBe(422, changed.Text);
        changed.Causes().Single().ShouldEndWith(": field is immutable");
    }

    [Fact]
    public async Task What_a_running_pod_may_not_change_is_refused()
    {
        EvictionSetting setting = await EvictionSetting.NewAsync(cluster);
        await setting.PodAsync("p");

        RawAnswer refused = await cluster.Api.PatchAsync($"{setting.Pods}/p", Answers.Json("""{"spec":{"hostNetwork":true}}"""));

        (refused.Code, refused.Reason).ShouldBe((422, "Invalid"), refused.Text);
        refused.Message.ShouldStartWith("Pod \"p\" is invalid: spec: Forbidden: pod updates may not change fields other than ");
    }

    [Fact]
    public async Task The_generation_counts_changes_of_the_spec_and_not_of_metadata_or_status()
    {
        string path = await AppsAsync();
        RawAnswer made = await cluster.Api.CreateAsync(path, TestObjects.Deployment("d", 0, new JsonObject { ["app"] = "d" }));

        RawAnswer labelled = await cluster.Api.PatchAsync($"{path}/d", Answers.Json("""{"metadata":{"labels":{"x":"1"}}}"""));
        RawAnswer scaled = await cluster.Api.PatchAsync($"{path}/d", Answers.Json("""{"spec":{"minReadySeconds":1}}"""));
        RawAnswer forged = await cluster.Api.PatchAsync($"{path}/d", Answers.Json("""{"metadata":{"generation":99}}"""));

        Generation(made).ShouldBe(1);
        Generation(labelled).ShouldBe(1);
        Generation(scaled).ShouldBe(2);
        Generation(forged).ShouldBe(2);
    }

    [Fact]
    public async Task Nothing_new_can_hold_an_object_that_is_being_deleted()
    {
        string path = await SpaceAsync("configmaps");
        JsonObject map = Answers.Map("a");
        map["metadata"]!["finalizers"] = new JsonArray("example.com/a");
        await cluster.Api.CreateAsync(path, map);
        await cluster.Api.DeleteAsync($"{path}/a");

        RawAnswer refused = await cluster.Api.PatchAsync(
            $"{path}/a", Answers.Json("""{"metadata":{"finalizers":["example.com/a","example.com/b"]}}"""));
        await cluster.Api.PatchAsync($"{path}/a", Answers.Json("""{"metadata":{"finalizers":null}}"""));

        refused.Code.ShouldBe(422, refused.Text);
        refused.Causes().Distinct().ShouldBe(
        [
            "metadata.finalizers: FieldValueForbidden: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/b\"}",
        ]);
    }

    [Theory]
    [InlineData("""{"metadata":{"labels":{"a b":"1"}}}""", "metadata.labels")]
    [InlineData("""{"metadata":{"labels":{"a":"b c"}}}""", "metadata.labels")]
    [InlineData("""{"metadata":{"annotations":{"a b":"1"}}}""", "metadata.annotations")]
    [InlineData("""{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":""}]}}""", "metadata.ownerReferences.uid")]
    public async Task Bad_metadata_is_422_at_its_field(string patch, string field)
    {
        string path = await SpaceAsync("configmaps");
        await cluster.Api.CreateAsync(path, Answers.Map("a"));

        RawAnswer refused = await cluster.Api.PatchAsync($"{path}/a", Answers.Json(patch));

        (refused.Code, refused.Reason).ShouldBe((422, "Invalid"), refused.Text);
        refused.Causes().Distinct().ShouldHaveSingleItem().ShouldStartWith(field + ": FieldValueInvalid: Invalid value: ");
    }

    [Fact]
    public async Task Created_objects_get_generated_names_and_take_no_version()
    {
        string path = await SpaceAsync("configmaps");
        JsonObject map = Answers.Map("a");
        map["metadata"] = new JsonObject { ["generateName"] = "x-" };
        RawAnswer made = await cluster.Api.PostAsync(path, map);
        JsonObject versioned = Answers.Map("b");
        versioned["metadata"]!["resourceVersion"] = "5";

        RawAnswer refused = await cluster.Api.PostAsync(path, versioned);

        made.ShouldBeDone(201)["metadata"]["name"]!.ToString().ShouldMatch("^x-[a-z0-9]{5}$");
        refused.Code.ShouldBe(500, refused.Text);
        refused.Message.ShouldBe("resourceVersion should not be set on objects to be created");
    }

    [Theory]
    [InlineData("?dryRun=Some")]
    [InlineData("?fieldValidation=Maybe")]
    public async Task An_option_that_does_not_exist_is_refused(string query)
    {
        string path = await SpaceAsync("configmaps");

        RawAnswer refused = await cluster.Api.PostAsync(path + query, Answers.Map("a"));

        (refused.Code, refused.Reason).ShouldBe((422, "Invalid"), refused.Text);
        refused.Message.ShouldContain("Unsupported value");
    }

    [Fact]
    public async Task Deletions_have_dry_runs_and_preconditions_on_the_version()
    {
        string path = await SpaceAsync("configmaps");
        RawAnswer made = await cluster.Api.CreateAsync(path, Answers.Map("a"));
        await cluster.Api.PatchAsync($"{path}/a", Answers.Json("""{"data":{"x":"1"}}"""));

        RawAnswer dry = await cluster.Api.DeleteAsync($"{path}/a?dryRun=All");
        RawAnswer old = await cluster.Api.DeleteAsync(
            $"{path}/a", new JsonObject { ["preconditions"] = new JsonObject { ["resourceVersion"] = made.Version } });

        dry.ShouldBeDone();
        (old.Code, old.Reason).ShouldBe((409, "Conflict"), old.Text);
        old.Message.ShouldContain($"the ResourceVersion in the precondition ({made.Version}) does not match the ResourceVersion in record (");
        (await cluster.Api.GetAsync($"{path}/a")).ShouldBeDone();
    }

    [Fact]
    public async Task A_method_or_path_that_is_not_there_is_405_or_404()
    {
        string path = await SpaceAsync("configmaps");

        RawAnswer method = await cluster.Api.SendAsync(HttpMethod.Put, path, Answers.Map("a"));
        RawAnswer resource = await cluster.Api.GetAsync("/api/v1/gadgets");
        RawAnswer group = await cluster.Api.GetAsync("/apis/none.example.com/v1/gadgets");

        method.ShouldBeRefused(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        resource.ShouldBeRefused(404, "NotFound", "the server could not find the requested resource");
        (group.Code, group.Text.Trim()).ShouldBe((404, "404 page not found"));
    }

    private static long Generation(RawAnswer answer) => answer["metadata"]["generation"]!.GetValue<long>();

    private async Task<RawAnswer> SendTextAsync(string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await cluster.Api.Http.PostAsync(path, content);
        string text = await response.Content.ReadAsStringAsync();
        return new RawAnswer((int)response.StatusCode, JsonNode.Parse(text), text, response.Headers);
    }

    private async Task<string> SpaceAsync(string plural) => $"/api/v1/namespaces/{await cluster.NewNamespaceAsync()}/{plural}";

    private async Task<string> AppsAsync() => $"/apis/apps/v1/namespaces/{await cluster.NewNamespaceAsync()}/deployments";
}
