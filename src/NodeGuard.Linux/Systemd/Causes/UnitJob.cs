using NodeGuard.Linux.Systemd.Bus;

namespace NodeGuard.Linux.Systemd.Causes;

/// <summary>A job that systemd queued on a unit, from its signal JobNew.</summary>
/// <param name="Id">Unique in this boot.</param>
public sealed record UnitJob(uint Id, string Path, string Unit)
{
    /// <summary>Null for any other signal.</summary>
    public static UnitJob? From(BusEvent.Signal signal) =>
        signal is { Interface: "org.freedesktop.systemd1.Manager", Member: "JobNew", Values: [uint id, string path, string unit] }
            ? new UnitJob(id, path, unit)
            : null;

    /// <summary>
    /// For people, such as "restart of systemd-networkd.service", and to be found again on other hosts: without the job's number,
    /// which is each host's own. Short jobs are over before their type can be asked.
    /// </summary>
    public string Describe(BusValue<string> type) => type is BusValue<string>.Known known
        ? $"{known.Value} of {Unit}"
        : $"a job on {Unit}, of a type that was not seen";
}
