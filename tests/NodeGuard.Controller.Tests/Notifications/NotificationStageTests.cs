using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests.Notifications;

/// <summary>A controller at work tells people.</summary>
public sealed class NotificationStageTests
{
    // A sender's patience is 10 s of the stage's time: a slow machine must keep it.
    private const double Speed = 2;

    private static readonly PoolSpec Pool = new() { Name = "workers", Count = 3, Agents = true };

    [Fact]
    public async Task A_failed_recycle_is_told_signed_and_once_although_the_leader_changes()
    {
        await using NoticeReceiver receiver = NoticeReceiver.Start();
        await using FleetStage stage = await FleetStage.StartAsync(Speed, Pool);
        await stage.SecretAsync("chat", "key", "a key"u8.ToArray());
        await stage.SecretAsync("address", "url", Encoding.UTF8.GetBytes(receiver.Url + "\n"));
        var notification = new FleetNotification { UrlFrom = new SecretKey { Namespace = FleetKeys.SystemNamespace, Name = "address", Key = "url" }, Secret = SecretOf() };
        FleetStage.Value(await stage.Api.CreateAsync(
            ResourceTypes.Fleets,
            new FleetObject { Metadata = new ObjectMeta { Name = FleetKeys.FleetName }, Spec = new FleetSpec { Notifications = [notification] } },
            WriteOptions.Default, default));
        await stage.PolicyAsync("workers", static _ => { });
        stage.StartController();
        Node node = (await stage.AllAsync(ResourceTypes.Nodes))[0];

        // There is no NodeClaim for it.
        NodeRecycle recycle = await stage.RequestAsync(node.Metadata.Name!, static spec => spec.Method = nameof(ReplacementMethod.Karpenter));
        await stage.UntilPhaseAsync(recycle.Metadata.Name!, RecyclePhase.Failed);
        await stage.UntilAsync(ResourceTypes.Fleets, FleetKeys.FleetName, seen => seen.Status?.Notified?.Exists(told => told.Id == $"failed/{recycle.Metadata.Uid}") == true);

        await stage.StopControllersAsync();
        stage.StartController();
        NodeRecycle other = await stage.RequestAsync(node.Metadata.Name!, static spec => spec.Method = nameof(ReplacementMethod.Karpenter));
        await stage.UntilPhaseAsync(other.Metadata.Name!, RecyclePhase.Failed);
        await stage.UntilAsync(ResourceTypes.Fleets, FleetKeys.FleetName, seen => seen.Status?.Notified?.Exists(told => told.Id == $"failed/{other.Metadata.Uid}") == true);

        receiver.Received.Count(sent => sent.Key == $"failed/{recycle.Metadata.Uid}").ShouldBe(1);
        (string body, string signature, _) = receiver.Received.First();
        JsonNode.Parse(body)!["event"]!.GetValue<string>().ShouldBe("RecycleFailed");
        signature.ShouldStartWith("t=");
        stage.Log.ToString().ShouldNotContain("a-token-that-nobody-may-read");
    }

    private static SecretKey SecretOf() => new() { Namespace = FleetKeys.SystemNamespace, Name = "chat", Key = "key" };
}
