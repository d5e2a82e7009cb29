using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Resources;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Writes;

public sealed class AdmissionTests
{
    /// <summary>The machines' simulation brings a step of its own to a server that keeps house already; here it comes within a write.</summary>
    [Fact]
    public void A_step_that_comes_during_a_write_is_there_from_the_next_one_on()
    {
        var cluster = new Cluster(TimeProvider.System);
        BuiltIns.AddTo(cluster);
        var late = new Step();
        bool added = false;
        cluster.AddAdmission(new Step(() =>
        {
            if (!added)
                cluster.AddAdmission(late);
            added = true;
        }));

        Create(cluster, "node-1");
        late.Seen.ShouldBe(0);
        Create(cluster, "node-2");
        late.Seen.ShouldBe(1);
    }

    private static void Create(Cluster cluster, string name) => cluster.Write.Create(
        new ApiRequest { Verb = "create", Resource = cluster.Resources.Get("", "v1", "nodes") },
        new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["metadata"] = new JsonObject { ["name"] = name } });

    private sealed class Step(Action? admitting = null) : IAdmissionStep
    {
        public int Seen { get; private set; }

        public ApiStatus? Admit(AdmissionReview review)
        {
            Seen++;
            admitting?.Invoke();
            return null;
        }
    }
}
