using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Resources;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Writes;

public sealed class AdmissionTests
{
    /// <summary>The machines' simulation brings a step of its own to a server that keeps house already.</summary>
    [Fact]
    public async Task Steps_may_come_while_others_write()
    {
        const int steps = 2_000;
        var cluster = new Cluster(TimeProvider.System);
        BuiltIns.AddTo(cluster);
        int before = cluster.Admission.Length;
        ResourceInfo nodes = cluster.Resources.Get("", "v1", "nodes");
        using var stop = new CancellationTokenSource();
        Task<int> writing = Task.Run(() =>
        {
            int written = 0;
            while (!stop.IsCancellationRequested)
            {
                cluster.Write.Create(
                    new ApiRequest { Verb = "create", Resource = nodes },
                    new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["metadata"] = new JsonObject { ["name"] = $"n{written++}" } });
            }

            return written;
        });
        for (int i = 0; i < steps; i++)
            cluster.AddAdmission(new CountingStep());
        CountingStep last = new();
        cluster.AddAdmission(last);
        SpinWait.SpinUntil(() => last.Seen > 0 || writing.IsCompleted, TimeSpan.FromSeconds(30)).ShouldBeTrue();
        await stop.CancelAsync();

        (await writing).ShouldBeGreaterThan(0);
        cluster.Admission.Length.ShouldBe(before + steps + 1);
        last.Seen.ShouldBeGreaterThan(0);
    }

    private sealed class CountingStep : IAdmissionStep
    {
        private int _seen;

        public int Seen => Volatile.Read(ref _seen);

        public ApiStatus? Admit(AdmissionReview review)
        {
            Interlocked.Increment(ref _seen);
            return null;
        }
    }
}
