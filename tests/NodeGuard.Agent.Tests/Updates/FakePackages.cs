using NodeGuard.Core.Updates.Pending;
using NodeGuard.Linux.Packages;

namespace NodeGuard.Agent.Tests.Updates;

/// <summary>Package tools whose answers a test sets.</summary>
internal sealed class FakePackages : IPackageFamily
{
    public static readonly PendingUpdates Systemd = new()
    {
        Family = "apt",
        Packages =
        [
            new PendingPackage
            {
                Name = "systemd", Architecture = "amd64", Installed = "252.1", Candidate = "252.2", Origins = ["Debian-Security"], Security = true, KeptBack = KeptBackReason.None,
            },
        ],
    };

    public string? Files { get; set; } = "1";

    public PendingUpdates Pending { get; set; } = Systemd;

    public IReadOnlyList<string>? Kernels { get; set; } = ["6.1.0-18-amd64", "6.1.0-20-amd64"];

    /// <summary>What a look waits for.</summary>
    public Func<Task> Before { get; set; } = () => Task.CompletedTask;

    public int Looks { get; private set; }

    public string? Fingerprint() => Files;

    public async Task<PackageLook> LookAsync(CancellationToken cancellation)
    {
        Looks++;
        PendingUpdates pending = Pending;
        await Before();
        return new PackageLook(pending, Kernels);
    }
}
