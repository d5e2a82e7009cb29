using NodeGuard.Agent.Cluster.Operations;
using NodeGuard.Core.Fleet.Policies;

namespace NodeGuard.Agent.Tests.Fakes;

/// <summary>A host that counts how often it is asked to reboot.</summary>
internal sealed class FakeHostReboot : IHostReboot
{
    public IReadOnlyList<string>? Blockers { get; set; } = [];

    public RebootAnswer Answer { get; set; } = new RebootAnswer.Begun();

    public string? Unable { get; set; }

    public Userspace? Userspace { get; set; } = new(1_000_000, new Dictionary<string, bool> { ["kubelet.service"] = true, ["docker.service"] = false });

    public string? NotForgotten { get; set; }

    public int Asked { get; private set; }

    public RebootMethod? AskedFor { get; private set; }

    public int Forgotten { get; private set; }

    public Task<string?> WhyNotAsync(RebootMethod method, CancellationToken cancellation) => Task.FromResult(method == RebootMethod.Reboot ? null : Unable);

    public Task<(IReadOnlyList<string>? Blockers, string Problem)> BlockersAsync(CancellationToken cancellation) =>
        Task.FromResult((Blockers, Blockers is null ? "logind does not answer" : ""));

    public Task<RebootAnswer> RebootAsync(RebootMethod method, CancellationToken cancellation)
    {
        Asked++;
        AskedFor = method;
        return Task.FromResult(Answer);
    }

    public Task<Userspace?> UserspaceAsync(CancellationToken cancellation) => Task.FromResult(Userspace);

    public Task<string?> ForgetRequestAsync(CancellationToken cancellation)
    {
        Forgotten++;
        return Task.FromResult(NotForgotten);
    }
}
