using System.Globalization;

namespace NodeGuard.Core.Routing.Prevention;

/// <summary>Tells whether networkd would delete foreign objects on this host, and what decides that. Holds invariant 11.</summary>
public static class Doctor
{
    private const string Unit = "systemd-networkd.service";

    public static Diagnosis Examine(DoctorInput input)
    {
        if (Presence(input) is { Verdict: Verdict.Ok } nothing && input.Networkd is NetworkdPresence.Absent or NetworkdPresence.Disabled)
            return new Diagnosis(Verdict.Ok, $"Nothing to guard against: {nothing.Title}.", [nothing]);

        var version = SystemdVersion.Parse(input.VersionText);
        List<Finding> deciding =
        [
            Presence(input),
            VersionFinding(input, version),
            .. OptionFindings.For(input, version),
            .. LinkFindings.For(input),
        ];
        var overall = Overall(deciding);
        var findings = deciding.Concat([ForeignFinding(input, overall), .. TriggerFindings.For(input, overall)]).ToList();
        return new Diagnosis(overall, Summary(overall, findings), findings);
    }

    private static Verdict Overall(List<Finding> findings) =>
        findings.Exists(finding => finding is { Decides: true, Verdict: Verdict.Exposed }) ? Verdict.Exposed
        : findings.Exists(finding => finding is { Decides: true, Verdict: Verdict.Unknown }) ? Verdict.Unknown
        : Verdict.Ok;

    private static string Summary(Verdict overall, List<Finding> findings)
    {
        var which = findings.Where(finding => finding.Decides && finding.Verdict == overall).Select(finding => finding.Id);
        return overall switch
        {
            Verdict.Ok => "Immune: when networkd starts on this host, it leaves foreign objects alone.",
            Verdict.Exposed => $"Exposed: when networkd starts on this host, it can delete foreign objects ({string.Join(", ", which)}).",
            _ => $"Could not tell whether networkd would delete foreign objects ({string.Join(", ", which)}).",
        };
    }

    private static Finding Presence(DoctorInput input) => input.Networkd switch
    {
        NetworkdPresence.Absent => Networkd(Verdict.Ok, "systemd-networkd is not installed or is masked", "absent"),
        NetworkdPresence.Disabled => Networkd(Verdict.Ok, "systemd-networkd does not run and nothing enables it", "disabled"),
        NetworkdPresence.Stopped => Networkd(Verdict.Ok, "systemd-networkd is set up to run, but does not run now", "stopped"),
        NetworkdPresence.Running => Networkd(Verdict.Ok, "systemd-networkd runs", "running"),
        _ => Networkd(Verdict.Unknown, "whether systemd-networkd runs could not be told", "unknown") with
        {
            Fix = $"run as root where the system bus answers; check: systemctl status {Unit}",
        },
    };

    private static Finding Networkd(Verdict verdict, string title, string effective) =>
        new() { Id = "networkd", Verdict = verdict, Title = title, Effective = effective };

    private static Finding VersionFinding(DoctorInput input, SystemdVersion? version)
    {
        if (version is not { } known)
        {
            return new Finding
            {
                Id = "version",
                Verdict = Verdict.Unknown,
                Title = "systemd's version is unknown, and with it what networkd deletes and which options it knows",
                Effective = input.VersionText,
                Fix = "check: systemctl --version",
            };
        }

        ObjectKind[] kinds = [ObjectKind.Rule, ObjectKind.Route, ObjectKind.Nexthop, ObjectKind.Address];
        var deleted = kinds.Where(kind => NetworkdBehaviour.Deletes(known, kind)).Select(Plural);
        return new Finding
        {
            Id = "version",
            Verdict = Verdict.Ok,
            Title = $"at start this networkd deletes, unless told otherwise, foreign {string.Join(", ", deleted)}",
            Effective = input.VersionText,
        };
    }

    private static Finding ForeignFinding(DoctorInput input, Verdict overall)
    {
        var finding = new Finding { Id = "foreign", Verdict = Verdict.Unknown, Title = "foreign objects on this host", Decides = false };
        if (input.Foreign is not { } foreign)
            return finding with { Effective = "unknown", Fix = "run as root, so that all objects can be read" };
        return finding with
        {
            Verdict = foreign.Total > 0 ? overall : Verdict.Ok,
            Effective = string.Create(CultureInfo.InvariantCulture,
                $"{foreign.Rules} rules, {foreign.Routes} routes, {foreign.Nexthops} nexthops, {foreign.Addresses} addresses"),
        };
    }

    internal static string Plural(ObjectKind kind) => kind switch
    {
        ObjectKind.Rule => "rules",
        ObjectKind.Route => "routes",
        ObjectKind.Nexthop => "nexthops",
        _ => "addresses",
    };
}
