using NodeGuard.Core.Files;

namespace NodeGuard.Core.Routing.Prevention;

/// <summary>
/// Which files tell networkd to leave foreign objects alone, and what is to do to get there. Deterministic and
/// idempotent: once a plan is applied, the next one from the same host changes nothing.
/// </summary>
public sealed class PreventionPlanner
{
    private readonly PreventionInput _input;
    private readonly Dictionary<string, ExistingFile> _existing;
    private readonly SortedDictionary<string, PlannedWrite> _wanted = new(StringComparer.Ordinal);
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);
    private readonly List<PreventionNote> _notes = [];

    private PreventionPlanner(PreventionInput input)
    {
        _input = input;
        _existing = new(StringComparer.Ordinal);
        foreach (var file in input.Existing)
            _existing[file.Path] = file;
    }

    private bool Persistent => _input.Mode == HardenMode.Persistent;

    public static PreventionPlan Plan(PreventionInput input)
    {
        var planner = new PreventionPlanner(input);
        if (input.Mode is HardenMode.Runtime or HardenMode.Persistent)
        {
            planner.WantGlobal();
            planner.WantLinks();
            planner.WantNeedrestart();
        }

        return planner.Finish();
    }

    private void WantGlobal()
    {
        var path = PreventionFile.Global(Persistent);
        if (_input.Version is not { } version)
        {
            _notes.Add(new(path, "systemd's version is unknown, so the options that it knows are too; nothing was written. " +
                "Check that D-Bus answers: busctl get-property org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager Version"));
            KeepOurs(PreventionFile.RuntimeGlobal);
            KeepOurs(PreventionFile.PersistentGlobal);
            return;
        }

        var options = NetworkdBehaviour.GlobalOptions.Where(option => NetworkdBehaviour.Knows(version, option)).ToList();
        if (options.Count == 0)
        {
            _notes.Add(new(path, $"systemd {version} has no option that spares foreign objects; 246 has the first. Restoring covers this host."));
            return;
        }

        Want(path, PreventionFile.GlobalContent(options), "networkd shall leave alone what it did not create");
        foreach (var (option, value) in CompetingSetting.In(_input.Networkd, version, IsOurs))
            _notes.Add(new(path, $"{value.Place} is applied later and wins for {option}; remove that line or set it to no."));
    }

    private void WantLinks()
    {
        if (_input.Links is null || _input.Version is null || _input.Links.Any(link => link.NetworkFile is null))
        {
            // Any of our files may belong to a link that is not fully known.
            foreach (var file in _input.Existing.Where(file => IsLinkFile(file.Path)))
                KeepOurs(file.Path);
        }

        if (_input.Version is not { } version || !NetworkdBehaviour.KnowsKeepConfiguration(version))
            return;
        foreach (var sharing in (_input.Links ?? []).Where(link => link.NetworkFile is not null).GroupBy(link => link.NetworkFile!, StringComparer.Ordinal))
            WantNetworkFile(sharing.Key, [.. sharing]);
    }

    private void WantNetworkFile(string networkFile, List<PreventedLink> links)
    {
        var path = PreventionFile.ForNetwork(networkFile, Persistent);
        var names = string.Join(", ", links.Select(link => link.Name).Order(StringComparer.Ordinal));

        // A drop-in that comes or goes makes networkd's next reload configure the link anew, and each such pass can
        // flush. So what is there stays for as long as a link uses the .network file.
        var written = IsOurs(path) || (Persistent && IsOurs(PreventionFile.ForNetwork(networkFile, persistent: false)));
        if (!written && !links.Exists(link => link.CarriesForeignObjects == true))
            return;

        var own = KeepConfiguration.Find(links[0].Config, IsOurs);
        if (own.State == ConfigState.Unknown)
        {
            KeepOurs(path);
            _notes.Add(new(path, $"whether {networkFile} sets {KeepConfiguration.Key} is unknown ({own.Place}: {own.Problem}); {names} is left as it is."));
            return;
        }

        if (own.State == ConfigState.Set)
        {
            if (KeepConfiguration.Parse(own.Value!) is not (Kept.Static or Kept.Everything))
                _notes.Add(new(path, $"{own.Place} says {KeepConfiguration.Key}={own.Value}, which does not keep foreign addresses on {names}; " +
                    $"set it to static there. NodeGuard does not overrule it."));
            return;
        }

        Want(path, PreventionFile.NetworkContent, $"{names} carries foreign objects");
    }

    private void WantNeedrestart()
    {
        if (Persistent && _input.NeedrestartInstalled)
            Want(PreventionFile.Needrestart, PreventionFile.NeedrestartContent, "needrestart shall not restart networkd by itself");
        else if (!Persistent)
            KeepOurs(PreventionFile.Needrestart);
    }

    private void Want(string path, string content, string why)
    {
        if (!Persistent && _existing.TryGetValue("/etc" + path["/run".Length..], out var masking))
        {
            // A file of /etc replaces the one of the same name in /run.
            if (masking.IsOurs && masking.Content == content)
                return;
            _notes.Add(new(path, masking.IsOurs
                ? $"{masking.Path} replaces it and is out of date; renew it with: nodeguard harden"
                : $"{masking.Path} replaces it and is not NodeGuard's; rename that file."));
            return;
        }

        if (_existing.TryGetValue(path, out var there) && !there.IsOurs)
        {
            _notes.Add(new(path, there.Content is null
                ? "the file exists and could not be read, so it was left alone; make it readable or remove it."
                : $"the file exists and is not NodeGuard's (its first line is not \"{OwnFile.Marker}\"); rename or remove it."));
            return;
        }

        _wanted[path] = new PlannedWrite(path, content, why);
    }

    private PreventionPlan Finish()
    {
        if (_input.Mode is HardenMode.Off or HardenMode.Undo)
            _notes.AddRange(_input.Existing.Where(file => file.Content is null && MayRemove(file.Path)).Select(file =>
                new PreventionNote(file.Path, "the file could not be read, so whether it is NodeGuard's is unknown and it was left; look at it, and remove it if it is.")));

        var removals = _input.Existing
            .Where(file => file.IsOurs && MayRemove(file.Path) && !_wanted.ContainsKey(file.Path) && !_kept.Contains(file.Path))
            .Select(file => new PlannedRemoval(file.Path, WhyRemoved(file.Path)))
            .OrderBy(removal => removal.Path, StringComparer.Ordinal);
        var writes = _wanted.Values.Where(write => !_existing.TryGetValue(write.Path, out var there) || there.Content != write.Content);
        return new PreventionPlan([.. writes], [.. removals], _notes);
    }

    /// <summary>What a person made persistent is taken away by a person only.</summary>
    private bool MayRemove(string path) =>
        PreventionFile.HasOurName(path)
        && (_input.Mode is HardenMode.Persistent or HardenMode.Undo || !PreventionFile.IsPersistent(path));

    private string WhyRemoved(string path) => _input.Mode switch
    {
        HardenMode.Off => "prevention is off",
        HardenMode.Undo => "it was asked to be undone",
        HardenMode.Persistent when !PreventionFile.IsPersistent(path) => "the persistent file replaces it",
        _ => "nothing on this host needs it any more",
    };

    private void KeepOurs(string path) => _kept.Add(path);

    private bool IsOurs(string path) => _existing.TryGetValue(path, out var file) && file.IsOurs;

    private static bool IsLinkFile(string path) => path.Contains("/systemd/network/", StringComparison.Ordinal);
}
