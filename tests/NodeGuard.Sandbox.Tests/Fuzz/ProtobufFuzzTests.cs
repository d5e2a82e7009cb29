using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Schemas;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Fuzz;

/// <summary>Protobuf bodies, whole and broken: never a crash, a hang or much memory, and the message names the place.</summary>
public sealed class ProtobufFuzzTests
{
    // Of an object with one small list or map in it for each two bytes of the body.
    private const int BytesAllocatedPerByte = 400;

    private const string Pods = "/api/v1/namespaces/default/pods";

    private static readonly (string Version, string Kind, string Path)[] Kinds =
    [
        ("v1", "Pod", Pods), ("v1", "Node", "/api/v1/nodes"), ("v1", "ConfigMap", "/api/v1/namespaces/default/configmaps"),
        ("v1", "Secret", "/api/v1/namespaces/default/secrets"), ("v1", "Service", "/api/v1/namespaces/default/services"),
        ("v1", "Namespace", "/api/v1/namespaces"), ("v1", "PersistentVolume", "/api/v1/persistentvolumes"),
        ("apps/v1", "Deployment", "/apis/apps/v1/namespaces/default/deployments"),
        ("apps/v1", "ControllerRevision", "/apis/apps/v1/namespaces/default/controllerrevisions"),
        ("batch/v1", "Job", "/apis/batch/v1/namespaces/default/jobs"),
        ("policy/v1", "PodDisruptionBudget", "/apis/policy/v1/namespaces/default/poddisruptionbudgets"),
        ("policy/v1", "Eviction", "/api/v1/namespaces/default/pods/p/eviction"),
        ("coordination.k8s.io/v1", "Lease", "/apis/coordination.k8s.io/v1/namespaces/default/leases"),
        ("events.k8s.io/v1", "Event", "/apis/events.k8s.io/v1/namespaces/default/events"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", "/apis/rbac.authorization.k8s.io/v1/clusterroles"),
        ("authorization.k8s.io/v1", "SelfSubjectAccessReview", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
        ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"),
        ("storage.k8s.io/v1", "VolumeAttachment", "/apis/storage.k8s.io/v1/volumeattachments"),
    ];

    /// <summary>A number too long, lengths too great, ends and beginnings of groups, the number 0, an unknown wire type, no UTF-8.</summary>
    private static readonly byte[][] Evil =
    [
        [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x12, 0xff, 0xff, 0xff, 0xff, 0x0f],
        [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x0c], [0x0b], [0x0b, 0x0c], [0x00, 0x01], [0x0e], [0x0f],
        [0x0a, 0x02, 0xff, 0xfe], [0x09], [0x0d, 1, 2, 3, 4], [0xf8, 0xff, 0xff, 0xff, 0x7f, 0x01],
    ];

    [Fact]
    public void Every_kind_is_read_as_it_was_written()
    {
        for (int seed = 0; seed < FuzzScale.Cases(500); seed++)
        {
            var random = new RandomProtobuf(seed);
            (string version, string kind, _) = Kinds[random.Dice.Next(Kinds.Length)];
            (byte[] body, JsonObject wanted) = random.Object(version, kind);

            JsonObject? read = ProtobufBody.Decode(body, out (bool, string Message) error);

            error.Message.ShouldBeEmpty($"seed {seed}");
            JsonNode.DeepEquals(read, wanted).ShouldBeTrue($"seed {seed}:\n{read}\n{wanted}");
        }
    }

    [Fact]
    public void A_broken_body_is_refused_with_its_place_and_takes_no_more_memory_than_its_length_allows()
    {
        int refused = 0;
        int read = 0;
        for (int seed = 0; seed < FuzzScale.Cases(5000); seed++)
        {
            byte[] body = Broken(new RandomProtobuf(seed), out _);
            long before = GC.GetAllocatedBytesForCurrentThread();
            JsonObject? value = ProtobufBody.Decode(body, out (bool Known, string Message) error);
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100_000 + ((long)BytesAllocatedPerByte * body.Length), $"seed {seed}");
            if (value is not null)
            {
                read++;
                value.ToJsonString().ShouldNotBeEmpty();
                continue;
            }

            refused++;
            error.Message.ShouldContain(error.Known ? "at byte " : "send application/json", Case.Sensitive, $"seed {seed}");
        }

        read.ShouldBeGreaterThan(500);
        refused.ShouldBeGreaterThan(500);
    }

    [Fact]
    public async Task A_broken_body_is_answered_with_400_and_the_server_lives_on()
    {
        await using var server = new FuzzedServer();
        var codes = new Dictionary<int, int>();
        for (int seed = 0; seed < FuzzScale.Cases(2000); seed++)
        {
            byte[] body = Broken(new RandomProtobuf(seed), out string path);
            (int code, string text) = await server.SendAsync("POST", path, "application/vnd.kubernetes.protobuf", body);
            // A real server answers so too.
            bool known = code == 500 && text.Contains("resourceVersion should not be set", StringComparison.Ordinal);
            code = known ? 409 : code;
            codes[code] = codes.GetValueOrDefault(code) + 1;
        }

        codes[400].ShouldBeGreaterThan(200);
        codes.Keys.ShouldAllBe(c => c < 500);
        (int last, _) = await server.SendAsync("GET", "/api/v1/namespaces", "application/json", []);
        last.ShouldBe(200);
    }

    [Theory]
    [InlineData("", "does not begin with the mark of a Kubernetes object, 6b 38 73 00, at byte 0")]
    [InlineData("6b387300", "415")]
    [InlineData("6b3873000a01ff", "the protobuf body cannot be read: it ends 1 bytes too early at byte 7")]
    [InlineData("6b38730008", "it ends 1 bytes too early at byte 5")]
    public void A_broken_envelope_is_refused_with_its_place(string hex, string message)
    {
        ProtobufBody.Decode(Convert.FromHexString(hex), out (bool Known, string Message) error).ShouldBeNull();

        (error.Known ? error.Message : "415").ShouldContain(message);
    }

    [Theory]
    [InlineData("0805", "wrong wire type 0 for field metadata, wanted 2, at byte 24")]
    [InlineData("2201ff", "wrong wire type 2 for field immutable, wanted 0, at byte 25")]
    [InlineData("0a030a0561", "it ends 4 bytes too early at byte 28")]
    [InlineData("12ffffffff0f", "it ends 4294967295 bytes too early at byte 29")]
    [InlineData("12ffffffffffffffffff01", "it ends 18446744073709551615 bytes too early at byte 34")]
    [InlineData("20ffffffffffffffffffff01", "a number is longer than 64 bits at byte 24")]
    [InlineData("0001", "0 is no number of a field at byte 23")]
    [InlineData("9e06", "wire type 6 of field 99 is unknown at byte 23")]
    [InlineData("9c06", "the end of a group without a group at byte 25")]
    [InlineData("9b060801", "it ends 1 bytes too early at byte 27")]
    [InlineData("0a0642040803a001", "it ends 1 bytes too early")]
    [InlineData("0a0c420a08808080808080808040", "since 1970 are no time for creationTimestamp at byte 27")]
    public void A_broken_message_is_refused_with_its_place(string hex, string message)
    {
        byte[] body = RandomProtobuf.Body("v1", "ConfigMap", Convert.FromHexString(hex));

        ProtobufBody.Decode(body, out (bool Known, string Message) error).ShouldBeNull();

        error.Known.ShouldBeTrue();
        error.Message.ShouldStartWith("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: ");
        error.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("9b0608019c06")]
    [InlineData("9b069b069c069c06")]
    [InlineData("9a060178")]
    [InlineData("9d0601020304")]
    [InlineData("99060102030405060708")]
    public void Unknown_fields_and_groups_are_passed_over(string hex)
    {
        byte[] name = RandomProtobuf.Field(1, RandomProtobuf.Field(1, "a"u8.ToArray()));
        byte[] body = RandomProtobuf.Body("v1", "ConfigMap", [.. Convert.FromHexString(hex), .. name]);

        JsonObject? read = ProtobufBody.Decode(body, out _);

        read.ShouldNotBeNull().ToJsonString().ShouldBe("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""");
    }

    [Fact]
    public void A_body_of_nothing_but_beginnings_takes_no_stack()
    {
        byte[] groups = RandomProtobuf.Body("v1", "Pod", Enumerable.Repeat((byte)0x0b, 1_000_000).ToArray());
        ProtobufBody.Decode(groups, out (bool, string Message) open).ShouldBeNull();
        open.Message.ShouldContain("too early at byte");

        // Terms and their preferences refer to no type that has itself as a field: only the depth of the table is reached.
        byte[] nested = [];
        for (int i = 0; i < 5000; i++)
            nested = RandomProtobuf.Field(2, nested);
        ProtobufBody.Decode(RandomProtobuf.Body("v1", "Pod", nested), out _);
    }

    [Fact]
    public async Task A_body_of_more_empty_elements_than_a_real_server_could_store_is_refused()
    {
        await using var server = new FuzzedServer();
        byte[] containers = [.. Enumerable.Repeat<byte[]>([0x12, 0x00], 1_500_000).SelectMany(static b => b)];
        byte[] body = RandomProtobuf.Body("v1", "Pod", RandomProtobuf.Field(2, containers));

        (int code, string text) = await server.SendAsync("POST", Pods, "application/vnd.kubernetes.protobuf", body);

        code.ShouldBe(400);
        text.ShouldContain("containers has more than 100000 elements, the next at byte 200027");
    }

    [Fact]
    public async Task Of_more_faults_than_anybody_reads_the_first_are_told()
    {
        await using var server = new FuzzedServer();
        byte[] name = RandomProtobuf.Field(1, RandomProtobuf.Field(1, "p"u8.ToArray()));
        byte[] containers = [.. Enumerable.Repeat<byte[]>([0x12, 0x00], 5_000).SelectMany(static b => b)];
        byte[] body = RandomProtobuf.Body("v1", "Pod", [.. name, .. RandomProtobuf.Field(2, containers)]);

        (int code, string text) = await server.SendAsync("POST", Pods, "application/vnd.kubernetes.protobuf", body);

        code.ShouldBe(422);
        JsonNode.Parse(text)!["details"]!["causes"]!.AsArray().Count.ShouldBe(1000);
    }

    private static byte[] Broken(RandomProtobuf random, out string path)
    {
        (string version, string kind, path) = Kinds[random.Dice.Next(Kinds.Length)];
        byte[] body = random.Object(version, kind).Body;
        if (random.Dice.Next(3) == 0)
        {
            int at = random.Dice.Next(body.Length);
            body = [.. body[..at], .. Evil[random.Dice.Next(Evil.Length)], .. body[at..]];
        }

        return new RandomJson(random.Dice.Next()).Mutate(body);
    }
}
