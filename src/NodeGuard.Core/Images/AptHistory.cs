namespace NodeGuard.Core.Images;

/// <summary>What one run of apt did to a package.</summary>
/// <param name="Action">apt's word in lower case: install, reinstall, upgrade, downgrade, remove, purge.</param>
/// <param name="Version">After it; of what was removed, the one that it had.</param>
public sealed record AptAction(string Action, string Package, string Architecture, string? Version)
{
    public bool Removes => Action is "remove" or "purge";
}

/// <summary>One run of apt, as it notes it down itself.</summary>
public sealed record AptRun
{
    /// <summary>In the host's own time, as apt writes it: "2026-11-22 16:00:01".</summary>
    public required string StartedAt { get; init; }

    /// <summary>Passwords in it are masked.</summary>
    public string? CommandLine { get; init; }

    /// <summary>The person behind sudo, "admin (1000)".</summary>
    public string? RequestedBy { get; init; }

    public required IReadOnlyList<AptAction> Actions { get; init; }

    /// <summary>What apt says went wrong; null where it says nothing.</summary>
    public string? Error { get; init; }

    /// <summary>False while it is at work, and where it was cut off.</summary>
    public bool HasEnded { get; init; }

    /// <summary>One line for people: the command, when, and by whom.</summary>
    public string Told => $"{CommandLine ?? "apt, by a program"}, {StartedAt}{(RequestedBy is null ? "" : $", by {RequestedBy}")}";
}
