namespace NodeGuard.Core.Updates.Runs;

/// <summary>What a host needs to be a node. Null: not known.</summary>
public sealed record HostHealth
{
    public bool? NetworkdRuns { get; init; }

    /// <summary>Every guarded rule, route and address is there.</summary>
    public bool? RoutesAreWhole { get; init; }

    public bool? HasDefaultRoute { get; init; }

    /// <summary>A nameserver that the host is configured with is of use; null too where none is configured.</summary>
    public bool? NamesAreResolved { get; init; }

    /// <summary>Services such as kubelet and container runtime by whether they are active; those that the host has.</summary>
    public IReadOnlyDictionary<string, bool> Services { get; init; } = new Dictionary<string, bool>();

    /// <summary>
    /// What was well before and is not now, one sentence each. What is not known now is not well (Invariant 11); what was not
    /// well before is no fault of the update.
    /// </summary>
    public IReadOnlyList<string> Lacking(HostHealth now)
    {
        var lacking = new List<string>();
        Compare(NetworkdRuns, now.NetworkdRuns, "systemd-networkd ran before and does not now: systemctl status systemd-networkd", "whether systemd-networkd runs");
        Compare(RoutesAreWhole, now.RoutesAreWhole, "foreign routes or rules are missing: nodeguard routes diff", "whether the routes are whole");
        Compare(HasDefaultRoute, now.HasDefaultRoute, "the default route is gone: ip route show default", "whether there is a default route");
        Compare(NamesAreResolved, now.NamesAreResolved, "names were resolved before and are not now: resolvectl status, /etc/resolv.conf", "whether names are resolved");
        foreach ((string service, bool active) in Services.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            Compare(
                active, now.Services.TryGetValue(service, out bool runs) ? runs : null,
                $"{service} was active before and is not now: systemctl status {service}", $"whether {service} is active");
        }

        return lacking;

        void Compare(bool? before, bool? after, string sentence, string question)
        {
            if (before == true && after != true)
                lacking.Add(after is null ? $"{question} is not known" : sentence);
        }
    }
}
