using NodeGuard.Core.Updates.Apt;
using NodeGuard.Core.Updates.Dpkg;

namespace NodeGuard.Core.Updates.Pending;

/// <summary>What the tools of a Debian host said. Null: no answer; its reason is in <see cref="Problems"/>.</summary>
public sealed record AptAnswers
{
    public DpkgStatus? Dpkg { get; init; }

    /// <summary>`apt-get -s upgrade`.</summary>
    public AptSimulation? Upgrade { get; init; }

    /// <summary>`apt-get -s dist-upgrade`.</summary>
    public AptSimulation? DistUpgrade { get; init; }

    /// <summary>`apt-cache policy` of every package that is named in the other answers.</summary>
    public PolicyPackages? Policy { get; init; }

    /// <summary>`apt-cache policy`.</summary>
    public PolicySources? Sources { get; init; }

    /// <summary>Null where unattended-upgrades is not configured, or where that is not known.</summary>
    public UnattendedRules? Unattended { get; init; }

    /// <summary>Files are left in /var/lib/dpkg/updates: dpkg was killed.</summary>
    public bool JournalLeft { get; init; }

    public DateTimeOffset? ListsFrom { get; init; }

    public IReadOnlyList<string> Problems { get; init; } = [];
}
