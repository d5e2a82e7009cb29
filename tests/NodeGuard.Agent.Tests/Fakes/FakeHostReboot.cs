using NodeGuard.Agent.Cluster.Operations;

namespace NodeGuard.Agent.Tests.Fakes;

/// <summary>A host that counts how often it is asked to reboot.</summary>
internal sealed class FakeHostReboot : IHostReboot
{
    public IReadOnlyList<string>? Blockers { get; set; } = [];

    public RebootAnswer Answer { get; set; } = new RebootAnswer.Begun();

    public int Asked { get; private set; }

    public Task<(IReadOnlyList<string>? Blockers, string Problem)> BlockersAsync(CancellationToken cancellation) =>
        Task.FromResult((Blockers, Blockers is null ? "logind does not answer" : ""));

    public Task<RebootAnswer> RebootAsync(CancellationToken cancellation)
    {
        Asked++;
        return Task.FromResult(Answer);
    }
}
