using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>The packages of one machine against its pool's archive, and the update that its agent runs when told to.</summary>
internal sealed class SimulatedPackages
{
    private const string Kernel = "linux-image";

    private readonly Machine _machine;
    private readonly PoolSpec _pool;
    private readonly MachineFaults _faults;
    private readonly Dictionary<string, string> _archive;

    public SimulatedPackages(Machine machine, PoolSpec pool, MachineFaults faults)
    {
        (_machine, _pool, _faults) = (machine, pool, faults);
        _archive = pool.Archive();
        machine.Installed ??= new Dictionary<string, string>(_archive);
    }

    /// <summary>A kernel came after the machine had started.</summary>
    public bool RebootRequired => _machine.KernelSince > _machine.Up;

    private bool Interrupted => _faults.Has(MachineFaults.DpkgInterrupted) && !_machine.Repaired;

    /// <summary>What the agent tells in <c>status.updates</c>.</summary>
    public JsonObject Status(JsonObject guarded)
    {
        if (Interrupted)
        {
            return new JsonObject
            {
                ["hold"] = guarded.At("spec").Flag("hold") ? "Held" : "Free",
                ["interrupted"] = true,
                ["problem"] = "dpkg broke off (simulated); repair it with dpkg --configure -a",
                ["hazard"] = "None",
                ["hazardMessage"] = "Nothing pending restarts systemd-networkd.",
            };
        }

        string[] pending = [.. _archive.Where(package => _machine.Installed!.GetValueOrDefault(package.Key) != package.Value).Select(static package => package.Key).Order(StringComparer.Ordinal)];
        var status = new JsonObject
        {
            ["hold"] = guarded.At("spec").Flag("hold") ? "Held" : "Free",
            ["pending"] = pending.Length,
            ["security"] = pending.Length,
            ["hazard"] = "None",
            ["hazardMessage"] = "Nothing pending restarts systemd-networkd.",
        };
        if (pending.Length > 0)
        {
            status["packages"] = new JsonArray([.. pending.Select(name => (JsonNode)new JsonObject { ["name"] = name, ["version"] = _archive[name], ["security"] = true })]);
        }

        return status;
    }

    /// <summary>One look at an update that was accepted.</summary>
    public (JsonObject? Reported, bool Reboots, TimeSpan? Again) Operate(JsonObject guarded, string id, DateTimeOffset now)
    {
        if (guarded.Text("status", "operation", "state") == "Accepted" || _machine.UpdatesSince is not { } since)
        {
            _machine.UpdatesSince = now;
            return (SimulatedAgents.Report(id, "Running", "packages are being updated"), false, _pool.Update);
        }

        if (now - since < _pool.Update)
        {
            return (guarded.At("status", "operation") as JsonObject, false, _pool.Update - (now - since));
        }

        _machine.UpdatesSince = null;
        return (Install(guarded, id, now), false, null);
    }

    private JsonObject Install(JsonObject guarded, string id, DateTimeOffset now)
    {
        if (Interrupted && !guarded.At("spec", "operation").Flag("repair"))
        {
            return Refused(id, "dpkg broke off (simulated); repair it with dpkg --configure -a");
        }

        (string Name, string Version)[] asked = [.. (guarded.At("spec", "operation", "packages") as JsonArray ?? []).Select(static package => (package.Text("name"), package.Text("version")))];
        // As the agent: all that is asked for, in these very versions, or nothing.
        if (Array.FindIndex(asked, package => !Has(package) && _archive.GetValueOrDefault(package.Name) != package.Version) is var absent and >= 0)
        {
            return Refused(id, $"nothing was installed: asked for was {asked[absent].Name} {asked[absent].Version}, and the archive has another version. Ask for what is pending now");
        }

        _machine.Repaired = true;
        int changed = 0;
        bool broken = false;
        foreach ((string name, string version) in asked.Where(package => !Has(package)))
        {
            _machine.Installed![name] = version;
            _machine.KernelSince = name.StartsWith(Kernel, StringComparison.Ordinal) ? now : _machine.KernelSince;
            broken |= _faults.Value(MachineFaults.PackageBreaks, "") == $"{name}={version}";
            changed++;
        }

        JsonObject report = broken
            ? SimulatedAgents.Report(id, "Failed", $"{changed} packages changed, and within 5 min the host did not become what it was: the default route is gone (simulated)")
            : SimulatedAgents.Report(id, "Done", $"{changed} packages changed");
        report["changed"] = changed > 0;
        if (!broken)
        {
            report["rebootRequired"] = RebootRequired;
        }

        return report;
    }

    private bool Has((string Name, string Version) package) => _machine.Installed!.GetValueOrDefault(package.Name) == package.Version;

    private static JsonObject Refused(string id, string why)
    {
        JsonObject report = SimulatedAgents.Report(id, "Failed", why);
        report["changed"] = false;
        return report;
    }
}
