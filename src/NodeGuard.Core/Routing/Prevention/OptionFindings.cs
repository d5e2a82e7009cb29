namespace NodeGuard.Core.Routing.Prevention;

/// <summary>The global options of networkd.conf: one finding for each kind of object, and one for each competing drop-in.</summary>
internal static class OptionFindings
{
    private const string CompiledIn = "compiled-in default";
    private const string Harden = "run: nodeguard harden";
    private const string Restoring = "upgrade systemd; until then let nodeguard agent restore them";

    public static IEnumerable<Finding> For(DoctorInput input, SystemdVersion? version)
    {
        yield return ForKind(input, version, "rules", ObjectKind.Rule, NetworkdBehaviour.ManageForeignRoutingPolicyRules);
        yield return ForKind(input, version, "routes", ObjectKind.Route, NetworkdBehaviour.ManageForeignRoutes);
        yield return ForKind(input, version, "nexthops", ObjectKind.Nexthop, NetworkdBehaviour.ManageForeignNextHops);
        if (version is not { } known || input.Config is null)
            yield break;
        foreach (var (option, value) in CompetingSetting.In(input.Config, known, path => IsOurs(input, path)))
        {
            yield return new Finding
            {
                Id = $"competing/{option}",
                Verdict = value.State == ConfigState.Unknown ? Verdict.Unknown : Verdict.Exposed,
                Title = $"a later file wins over {PreventionFile.Name} for {option}",
                Effective = value.Value,
                DecidedBy = value.Place,
                Fix = value.Problem ?? $"remove the line, or set it to no, in {value.File}",
            };
        }
    }

    private static Finding ForKind(DoctorInput input, SystemdVersion? version, string id, ObjectKind kind, string option)
    {
        var finding = new Finding { Id = id, Verdict = Verdict.Unknown, Title = $"{option} ({id})" };
        if (version is not { } known)
            return finding with { Effective = "unknown", Fix = "find out systemd's version first" };
        if (!NetworkdBehaviour.Deletes(known, kind))
            return finding with { Verdict = Verdict.Ok, Title = $"systemd {known} does not delete foreign {id}" };
        if (!NetworkdBehaviour.Knows(known, option))
            return WithoutOption(input, known, kind, finding);

        var found = ByOption(input, option, finding);
        if (kind == ObjectKind.Rule && NetworkdBehaviour.RulesNeedBothOptions(known) && found.Verdict == Verdict.Ok)
        {
            var routes = ByOption(input, NetworkdBehaviour.ManageForeignRoutes, finding);
            return routes.Verdict == Verdict.Ok ? found : routes with
            {
                Title = $"{NetworkdBehaviour.ManageForeignRoutes} (systemd {known} tests it for rules too)",
            };
        }

        return found;
    }

    private static Finding ByOption(DoctorInput input, string option, Finding finding)
    {
        if (input.Config is null)
            return finding with { Effective = "unknown", Fix = "make networkd.conf and its drop-ins readable, or run as root" };
        var value = input.Config.FindBoolean("Network", option);
        return value.State switch
        {
            ConfigState.Unset => finding with { Verdict = Verdict.Exposed, Effective = "yes", DecidedBy = CompiledIn, Fix = Harden },
            ConfigState.Unknown => finding with { Effective = value.Value ?? "unknown", DecidedBy = value.Place, Fix = value.Problem },
            _ when CompetingSetting.IsOff(value) => finding with { Verdict = Verdict.Ok, Effective = value.Value, DecidedBy = value.Place },
            _ => finding with
            {
                Verdict = Verdict.Exposed,
                Effective = value.Value,
                DecidedBy = value.Place,
                Fix = $"remove that line or set it to no, then {Harden}",
            },
        };
    }

    /// <summary>No option spares this kind on this release; only nexthops can still be safe, by what the links say.</summary>
    private static Finding WithoutOption(DoctorInput input, SystemdVersion version, ObjectKind kind, Finding finding)
    {
        finding = finding with
        {
            Title = $"systemd {version} has no option that spares foreign {Doctor.Plural(kind)}",
            Fix = Restoring,
        };
        if (kind != ObjectKind.Nexthop)
            return finding with { Verdict = Verdict.Exposed };
        if (input.Foreign is { Nexthops: 0 })
            return finding with { Verdict = Verdict.Ok, Effective = "none here", Fix = null };

        if (LinkFindings.EveryLinkKeepsEverything(input))
            return finding with { Verdict = Verdict.Ok, Effective = "KeepConfiguration=yes on every managed link", Fix = null };
        return input.Foreign is null
            ? finding with { Effective = "unknown whether there are any", Fix = "run as root, so that all objects can be read" }
            : finding with { Verdict = Verdict.Exposed, Effective = $"{input.Foreign.Nexthops} here" };
    }

    private static bool IsOurs(DoctorInput input, string path) =>
        input.Existing.Any(file => file.Path == path && file.IsOurs);
}
