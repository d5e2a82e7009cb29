using NodeGuard.Core.Files;
using NodeGuard.Core.Images;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Packages.Ways;

/// <summary>The configuration of apt and needrestart, as far as the hold reads and writes it.</summary>
/// <param name="root">Of the host.</param>
public sealed class WayFiles(HostRoot root)
{
    // Both directories belong to their packages.
    private readonly OwnFiles _files = new(root, static _ => false);
    private readonly UpdateTriggerReader _triggers = new(root);

    public AptGateInput ReadApt(bool markStands) =>
        new(root.Exists("/usr/bin/apt-get") && root.Exists("/etc/apt/apt.conf.d"), _files.Find(AptGate.Path), markStands);

    public NeedrestartInput ReadNeedrestart(bool markStands)
    {
        var input = new NeedrestartInput
        {
            Installed = root.Exists("/usr/sbin/needrestart"),
            Mode = IsUbuntu() ? RestartMode.Restarts : RestartMode.Asks,
            File = _files.Find(NeedrestartHold.Path),
            MarkStands = markStands,
        };
        if (!input.Installed)
            return input;
        foreach (string path in _triggers.NeedrestartFiles().Where(static path => path != NeedrestartHold.Path))
        {
            switch (root.Read(path))
            {
                case FileText.Unreadable unreadable:
                    return input with { Mode = RestartMode.Unknown, Place = path, Problem = unreadable.Problem };
                case FileText.Content content when NeedrestartConfig.Read(content.Text) is { } said:
                    input = input with { Mode = said.Mode, Place = $"{path}:{said.Line}" };
                    break;
            }
        }

        return input;
    }

    public IReadOnlyList<FileOutcome> Apply(IEnumerable<PlannedWrite> writes, IEnumerable<PlannedRemoval> removals) => _files.Apply(writes, removals);

    /// <summary>Debian's needrestart restarts nothing unasked; Ubuntu's, from 24.04 on, does.</summary>
    private bool IsUbuntu() => root.Read("/etc/os-release") is FileText.Content content && OsRelease.Read(content.Text).Id == "ubuntu";
}
