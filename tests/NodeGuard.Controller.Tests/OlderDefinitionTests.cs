using System.Text.RegularExpressions;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;
using static NodeGuard.Controller.Tests.InterferenceByPeopleTests;

namespace NodeGuard.Controller.Tests;

/// <summary>CustomResourceDefinitions of an older version: the server drops the fields that they have not.</summary>
public sealed class OlderDefinitionTests
{
    private const string WhatToDo = "run nodeguard install crds";

    private static readonly PoolSpec Pool = new() { Name = "workers", Count = 2, Boot = TimeSpan.FromSeconds(30), Ready = TimeSpan.FromSeconds(5) };

    [Theory]
    [InlineData("newestBefore", "noderecycles.nodeguard.io", "status.replacement.newestBefore", false)]
    [InlineData("phaseDeadline", "noderecycles.nodeguard.io", "status.phaseDeadline", true)]
    [InlineData("attempt", "fleets.nodeguard.io", "status.slots[].attempt", false)]
    public async Task Nothing_is_begun_until_the_definitions_are_brought_up_to_date(string field, string definition, string path, bool force)
    {
        await using FleetStage stage = await FleetStage.StartBareAsync(120, Pool);
        await stage.InstallAsync(text => Without(text, field));
        await stage.PolicyAsync("workers", static _ => { });
        stage.StartController();
        Node node = (await stage.AllAsync(ResourceTypes.Nodes))[0];

        NodeRecycle asked = await stage.RequestAsync(node.Metadata.Name!, spec => spec.Force = force);
        NodeRecycle waits = await stage.UntilAsync(asked.Metadata.Name!, static seen => seen.Status?.Message is not null);

        waits.Status!.Message!.ShouldContain($"{definition} is older than this controller, and lacks {path}");
        waits.Status.Message!.ShouldContain(WhatToDo);
        (waits.Status.Phase ?? nameof(RecyclePhase.Pending)).ShouldBe(nameof(RecyclePhase.Pending));
        (await stage.GetAsync(ResourceTypes.Fleets, FleetKeys.FleetName)).Status?.Slots.ShouldBeNull();
        await stage.InstallAsync();
        // A real server ends its watches when a definition changes; the sandbox's go on with the old one.
        await stage.StopControllersAsync();
        stage.StartController();
        await stage.UntilPhaseAsync(asked.Metadata.Name!, RecyclePhase.Succeeded);
    }

    [Fact]
    public async Task A_definition_that_becomes_older_while_a_recycle_runs_costs_no_machine()
    {
        await using InterferenceStage stage = await InterferenceStage.StartAsync(
            [PhaseMoment.Draining], static (stage, _, _) => stage.Stage.InstallAsync(static text => Without(text, "newestBefore")));

        NodeRecycle done = await stage.EndOfAsync(PhaseMoment.Draining);

        Ends(done, RecyclePhase.Failed, $"node {done.Spec!.NodeName} is still there: the CustomResourceDefinition noderecycles.nodeguard.io is older than this controller, and lacks status.replacement.newestBefore", PhaseMoment.Draining, stage);
        await stage.UntilCleanAsync(PhaseMoment.Draining);
        (await stage.Stage.GetAsync(ResourceTypes.Nodes, done.Spec!.NodeName!)).Metadata.Uid.ShouldBe(done.Status!.Node!.Uid);
    }

    [Fact]
    public async Task A_policy_s_definition_that_lacks_a_field_that_nobody_set_stops_nothing()
    {
        await using FleetStage stage = await FleetStage.StartBareAsync(120, Pool);
        await stage.InstallAsync(static text => Without(text, "respectDoNotDisruptFor"));
        await stage.PolicyAsync("workers", static _ => { });
        stage.StartController();
        Node node = (await stage.AllAsync(ResourceTypes.Nodes))[0];

        NodeRecycle asked = await stage.RequestAsync(node.Metadata.Name!);

        await stage.UntilPhaseAsync(asked.Metadata.Name!, RecyclePhase.Succeeded);
        stage.Log.ToString().ShouldContain("nodepolicies.nodeguard.io is older than this controller, and lacks spec.drain.respectDoNotDisruptFor");
    }

    // The field with all that is indented deeper.
    private static string Without(string definition, string field)
    {
        return Regex.Replace(definition, $"^( +){field}:\n(?:\\1 +.*\n)+", string.Empty, RegexOptions.Multiline | RegexOptions.CultureInvariant);
    }
}
