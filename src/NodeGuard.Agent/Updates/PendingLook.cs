using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Linux.Packages;
using NodeGuard.Linux.Systemd;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Agent.Updates;

/// <summary>Reads the host once and puts together what is pending and what it would cost.</summary>
/// <param name="family">The host's package tools.</param>
/// <param name="guard">Knows the foreign objects.</param>
/// <param name="network">Where networkd's settings and state are.</param>
/// <param name="host">Where the host's /run is.</param>
/// <param name="procRoot">The host's /proc.</param>
/// <param name="time">The clock.</param>
internal sealed class PendingLook(IPackageFamily family, IRouteGuard guard, HostRoot network, HostRoot host, string procRoot, TimeProvider time)
{
    private readonly HostPrevention _prevention = new(network);
    private readonly StaleServiceReader _stale = new(procRoot);

    public string? Fingerprint => family.Fingerprint();

    public async Task<PendingStatus> ReadAsync(CancellationToken cancellation)
    {
        long started = time.GetTimestamp();
        PackageLook packages = await family.LookAsync(cancellation);
        DoctorInput doctor = await ExamineAsync(cancellation);
        return new PendingStatus
        {
            LookedAt = time.GetUtcNow(),
            Updates = packages.Pending,
            Reboot = RebootNeed.Of(Signs(packages)),
            StaleServices = _stale.Read(cancellation),
            Hazard = HazardDecision.Of(packages.Pending, doctor),
            Seconds = Math.Round(time.GetElapsedTime(started).TotalSeconds, 3),
        };
    }

    /// <summary>The hazard anew: foreign objects and settings come and go without the packages.</summary>
    public async Task<PendingStatus> ReadHazardAsync(PendingStatus status, CancellationToken cancellation) =>
        status with { Hazard = HazardDecision.Of(status.Updates, await ExamineAsync(cancellation)) };

    private async Task<DoctorInput> ExamineAsync(CancellationToken cancellation)
    {
        GuardStatus status = guard.Status;
        IReadOnlyList<ObservedLink>? links = ManagedLinks.Read(network);
        // A guard that has just begun, or that lost its sight, knows no counts.
        bool sees = status.State is not (GuardState.Starting or GuardState.Failed);
        // The ledger itself: the counts of the status are some seconds old.
        LedgerObject[]? foreign = sees ? await ForeignAsync(cancellation) : null;
        HashSet<string> carrying = [.. (foreign ?? []).Select(item => item.Device).OfType<string>()];
        return _prevention.ReadForDoctor(
            Presence(status.Networkd),
            status.NetworkdVersion ?? InstalledSystemd.Version(network)?.ToString(),
            links,
            foreign is null ? null : new ForeignCounts(Count("rule"), Count("route"), Count("nexthop"), Count("address")),
            index => foreign is not null ? links?.Any(link => link.Index == index && carrying.Contains(link.Name)) : null,
            withPending: false);

        int Count(string kind) => foreign!.Count(item => item.Kind == kind);
    }

    /// <summary>Null where the guard does not answer.</summary>
    private async Task<LedgerObject[]?> ForeignAsync(CancellationToken cancellation)
    {
        try
        {
            return [.. (await guard.ListAsync(cancellation)).Where(item => item.Owner == "foreign")];
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The decision tells that it is not known; the guard tells why.
            return null;
        }
    }

    private NetworkdPresence Presence(string networkd) => networkd switch
    {
        "running" => NetworkdPresence.Running,
        "absent" => NetworkdPresence.Absent,
        "disabled" => NetworkdPresence.Disabled,
        "stopped" => NetworkdPresence.Stopped,
        _ => _prevention.Presence(null),
    };

    private RebootSigns Signs(PackageLook look)
    {
        string? running = null;
        try
        {
            running = File.ReadAllText($"{procRoot}/sys/kernel/osrelease").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Unknown, which the decision tells.
        }

        string[] packages = host.Read("/run/reboot-required.pkgs") is FileText.Content content
            ? content.Text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [];
        // An empty /run is a mount point, not the host's.
        bool? sentinel = host.Exists("/run/reboot-required") ? true : host.Exists("/run/systemd/system") ? false : null;
        return new RebootSigns(sentinel, packages, running, look.InstalledKernels) { Advice = look.Reboot, KernelsAreRpm = look.Pending.Family == "rpm" };
    }
}
