using System.Text.Json.Nodes;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Sandbox.Store;
using NodeGuard.Testing.Simulation;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>What the judge says to what no controller would do, and to what only looks like it.</summary>
[Trait("Invariant", "5")]
[Trait("Invariant", "9")]
public sealed class LawsTests
{
    private const string Version = "systemd:amd64=2";

    [Fact]
    public void Two_recycles_that_try_a_version_at_once_are_seen()
    {
        var shown = new Shown();

        shown.Begin(node: 0, "canary").Ask(Version);
        shown.Begin(node: 1, "second").Ask(Version);

        shown.Broken.ShouldBe($"Invariant 9: {Version} was asked for by second while canary tries it, and has not ended");
    }

    /// <summary>The first has failed, and who tries the version next is its canary as much as the first was.</summary>
    [Theory]
    [InlineData(RecyclePhase.Failed)]
    [InlineData(RecyclePhase.Cancelled)]
    public void Two_recycles_that_try_a_version_at_once_after_another_has_ended_with_it_are_seen(RecyclePhase phase)
    {
        var shown = new Shown();
        shown.Begin(node: 0, "canary").Ask(Version).End(phase);

        shown.Begin(node: 1, "second").Ask(Version);
        shown.Broken.ShouldBeNull();
        shown.Begin(node: 2, "third").Ask(Version);

        shown.Broken.ShouldBe($"Invariant 9: {Version} was asked for by third while second tries it, and has not ended");
    }

    [Fact]
    public void A_recycle_that_has_the_name_of_another_tries_nothing_in_its_place()
    {
        var shown = new Shown();
        shown.Begin(node: 0, "canary").Ask(Version).End(RecyclePhase.Failed).Delete();
        shown.Begin(node: 0, "canary");

        shown.Begin(node: 1, "second").Ask(Version);

        shown.Broken.ShouldBeNull();
    }

    [Fact]
    public void A_recycle_that_has_the_name_of_another_is_seen_when_it_tries_the_version_itself()
    {
        var shown = new Shown();
        shown.Begin(node: 0, "canary").Ask(Version).End(RecyclePhase.Failed).Delete();
        shown.Begin(node: 1, "second").Ask(Version);

        shown.Begin(node: 0, "canary").Ask(Version);

        shown.Broken.ShouldBe($"Invariant 9: {Version} was asked for by canary while second tries it, and has not ended");
    }

    [Fact]
    public void A_version_that_has_proved_itself_is_brought_to_many_at_once_and_a_newer_one_is_not()
    {
        var shown = new Shown();
        shown.Begin(node: 0, "canary").Ask(Version).End(RecyclePhase.Succeeded);

        Recycle second = shown.Begin(node: 1, "second").Ask(Version);
        Recycle third = shown.Begin(node: 2, "third").Ask(Version);
        shown.Broken.ShouldBeNull();
        second.End(RecyclePhase.Succeeded);
        third.End(RecyclePhase.Succeeded);
        shown.Begin(node: 1, "fourth").Ask("systemd:amd64=3");
        shown.Begin(node: 2, "fifth").Ask("systemd:amd64=3");

        shown.Broken.ShouldBe("Invariant 9: systemd:amd64=3 was asked for by fifth while fourth tries it, and has not ended");
    }

    [Fact]
    public void A_machine_that_is_gone_takes_room_until_a_person_goes_on_without_it()
    {
        var shown = new Shown(maxUnavailable: 1);
        Recycle first = shown.Begin(node: 0, "first");
        shown.Take(first);
        shown.Gone(first);

        first.End(RecyclePhase.Failed);
        shown.FreezeLifted();
        shown.Take(shown.Begin(node: 0, "second"));
        shown.Broken.ShouldBeNull();
        shown.Take(shown.Begin(node: 1, "third"));

        shown.Broken!.ShouldStartWith("Invariant 5: node workers-0003 was taken by third as number 2, allowed are 1: missing 0");
    }

    [Theory]
    [InlineData(RecyclePhase.Acting)]
    [InlineData(RecyclePhase.Failed)]
    public void A_machine_that_is_gone_and_that_nobody_has_given_up_is_seen(RecyclePhase phase)
    {
        var shown = new Shown(maxUnavailable: 1);
        Recycle first = shown.Begin(node: 0, "first");
        shown.Take(first);
        shown.Gone(first);

        // Whoever lifts a freeze says nothing of a machine that is still on its way.
        if (phase == RecyclePhase.Acting)
            shown.FreezeLifted();
        else
            first.End(phase);
        shown.Take(shown.Begin(node: 0, "second"));

        shown.Broken!.ShouldStartWith("Invariant 5: node workers-0002 was taken by second as number 2, allowed are 1: missing 1");
    }

    /// <summary>A fleet in which nobody does anything but the test.</summary>
    private sealed class Shown
    {
        private const string Recycles = "noderecycles." + FleetKeys.Group;
        private const string Guarded = "guardednodes." + FleetKeys.Group;
        private readonly ObjectStore _store;
        private readonly Laws _laws;
        private int _made;

        public Shown(int maxUnavailable = 3)
        {
            var server = new VirtualServer(new VirtualWorld(), seed: 1, [new PoolSpec { Name = HistoryRun.Policy, Count = 3 }]);
            _store = server.Cluster.Store;
            _laws = new Laws(server, new History { Seed = 1, Nodes = 3, MaxUnavailable = maxUnavailable });
            foreach (string node in _laws.Nodes)
                _store.Create(Guarded, node, new JsonObject { ["metadata"] = new JsonObject { ["name"] = node }, ["spec"] = new JsonObject() });
        }

        public string? Broken => _laws.Broken;

        public Recycle Begin(int node, string name)
        {
            string at = _laws.Nodes[node];
            string? uid = (string?)_store.Get("nodes", at)!.Value["metadata"]!["uid"];
            _store.Create(Recycles, name, new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["uid"] = $"uid-{++_made}" },
                ["spec"] = new JsonObject { ["nodeName"] = at, ["reasons"] = new JsonArray(nameof(RecycleReason.Update)) },
                ["status"] = new JsonObject { ["phase"] = nameof(RecyclePhase.Acting), ["node"] = new JsonObject { ["uid"] = uid } },
            });
            return new Recycle(this, name, at);
        }

        public void Ask(string node, string version) => Edit(Guarded, node, guarded => guarded["spec"]!["operation"] = new JsonObject
        {
            ["id"] = $"operation-{++_made}",
            ["kind"] = nameof(OperationKind.Update),
            ["packages"] = new JsonArray(new JsonObject { ["name"] = version.Split('=')[0], ["version"] = version.Split('=')[1] }),
        });

        public void End(Recycle recycle, RecyclePhase phase) => Edit(Recycles, recycle.Name, ended =>
        {
            ended["status"]!["phase"] = phase.ToString();
            ended["status"]!["replacement"] = new JsonObject { ["successor"] = new JsonObject { ["name"] = recycle.Node } };
        });

        public void Take(Recycle recycle) => Edit("nodes", recycle.Node, node =>
        {
            node["spec"]!["unschedulable"] = true;
            node["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = FleetKeys.RecycleTaint, ["value"] = recycle.Name, ["effect"] = "NoSchedule" });
        });

        public void Gone(Recycle recycle) => _store.Delete("nodes", _store.Get("nodes", recycle.Node)!);

        public void FreezeLifted() => _laws.FreezeLifted();

        public void Delete(string recycle) => _store.Delete(Recycles, _store.Get(Recycles, recycle)!);

        private void Edit(string resource, string key, Action<JsonObject> edit)
        {
            StoredObject read = _store.Get(resource, key)!;
            var edited = (JsonObject)read.Value.DeepClone();
            edit(edited);
            _store.Update(resource, read, edited).Outcome.ShouldBe(StoreOutcome.Done);
        }
    }

    /// <summary>One that is under way, with its node.</summary>
    private sealed class Recycle(Shown shown, string name, string node)
    {
        public string Name => name;

        public string Node => node;

        public Recycle Ask(string version)
        {
            shown.Ask(node, version);
            return this;
        }

        public Recycle End(RecyclePhase phase)
        {
            shown.End(this, phase);
            return this;
        }

        public void Delete() => shown.Delete(name);
    }
}
