namespace NodeGuard.Core.Routing.Prevention;

/// <summary>What each managed link keeps: no global option spares addresses.</summary>
internal static class LinkFindings
{
    public static IEnumerable<Finding> For(DoctorInput input)
    {
        if (input.Links is not { } links)
        {
            yield return new Finding
            {
                Id = "links",
                Verdict = Verdict.Unknown,
                Title = "which links networkd manages could not be told",
                Fix = "check: networkctl list",
            };
            yield break;
        }

        if (links.Count == 0)
        {
            yield return new Finding
            {
                Id = "links",
                Verdict = Verdict.Ok,
                Title = "no link is managed by networkd now; the first that is starts a flush",
                Effective = "0 managed",
                Decides = false,
            };
        }

        foreach (var link in links.OrderBy(link => link.Name, StringComparer.Ordinal))
            yield return ForLink(link);

        if (input.Foreign is { AddressesWithLifetime: > 0 } foreign && !EveryLinkKeepsEverything(input))
        {
            yield return new Finding
            {
                Id = "lifetimes",
                Verdict = Verdict.Exposed,
                Title = $"{KeepConfiguration.Key}=static does not keep foreign addresses that expire",
                Effective = $"{foreign.AddressesWithLifetime} here",
                Fix = $"let nodeguard agent restore them, or set {KeepConfiguration.Key}=yes, which also keeps addresses of lost DHCP leases",
            };
        }
    }

    public static bool EveryLinkKeepsEverything(DoctorInput input) =>
        input.Links is { Count: > 0 } links && links.All(link =>
            KeepConfiguration.Find(link.Config) is { State: ConfigState.Set, Value: { } value }
            && KeepConfiguration.Parse(value) == Kept.Everything);

    private static Finding ForLink(PreventedLink link)
    {
        var value = KeepConfiguration.Find(link.Config);
        var kept = value.State == ConfigState.Set ? KeepConfiguration.Parse(value.Value!) : Kept.Nothing;
        var keeps = value.State == ConfigState.Set && kept is Kept.Static or Kept.Everything;
        var known = link.NetworkFile is not null && value.State != ConfigState.Unknown;
        var finding = new Finding
        {
            Id = $"link/{link.Name}",
            Verdict = Verdict.Ok,
            Title = $"{KeepConfiguration.Key} of {link.NetworkFile ?? "an unknown .network file"} ({link.Name})",
            Effective = value.State == ConfigState.Unset && known ? KeepConfiguration.Default : value.Value ?? "unknown",
            DecidedBy = value.Place ?? (known ? "compiled-in default" : null),
        };
        return (known && keeps, link.CarriesForeignObjects) switch
        {
            (true, _) => finding,
            (_, false) => finding with { Title = finding.Title + ": nothing foreign is on it" },
            _ when !known => finding with
            {
                Verdict = Verdict.Unknown,
                Fix = value.Problem ?? $"find its file: networkctl status {link.Name}",
            },
            (_, null) => finding with
            {
                Verdict = Verdict.Unknown,
                Title = finding.Title + ": whether anything foreign is on it could not be told",
                Fix = "run as root, so that all objects can be read",
            },
            _ => finding with
            {
                Verdict = Verdict.Exposed,
                Title = finding.Title + ": foreign objects are on it",
                Fix = value.State == ConfigState.Set ? "set it to static there" : "run: nodeguard harden",
            },
        };
    }
}
