using NodeGuard.Core.Files;
using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Linux.Systemd.Config;

/// <summary>The files of prevention: where they can be, and what a plan makes of them.</summary>
public sealed class PreventionFiles(HostRoot root)
{
    private readonly OwnFiles _files = new(root, IsDropInDirectory);

    /// <summary>The files that exist at the paths that prevention uses, whoever wrote them.</summary>
    public IReadOnlyList<ExistingFile> Find() => [.. Places().Select(_files.Find).OfType<ExistingFile>()];

    /// <summary>Does what the plan says, each file for itself: one that fails does not keep the others from being done.</summary>
    public IReadOnlyList<FileOutcome> Apply(PreventionPlan plan) => _files.Apply(plan.Writes, plan.Removals);

    private IEnumerable<string> Places()
    {
        yield return PreventionFile.PersistentGlobal;
        yield return PreventionFile.RuntimeGlobal;
        foreach (var directory in new[] { "/etc/systemd/network", "/run/systemd/network" })
        {
            foreach (var name in DropInDirectories(directory))
                yield return $"{directory}/{name}/{PreventionFile.Name}";
        }

        yield return PreventionFile.Needrestart;
    }

    private IReadOnlyList<string> DropInDirectories(string directory)
    {
        try
        {
            return root.Names(directory, ".network.d");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>needrestart's directory belongs to its package.</summary>
    private static bool IsDropInDirectory(string path) =>
        path.EndsWith(".network.d", StringComparison.Ordinal) || path.EndsWith("networkd.conf.d", StringComparison.Ordinal)
        || path == "/run/systemd/network";
}
