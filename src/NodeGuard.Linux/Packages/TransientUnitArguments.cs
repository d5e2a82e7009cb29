using NodeGuard.Linux.Files;
using NodeGuard.Linux.Systemd.Bus;

namespace NodeGuard.Linux.Packages;

/// <summary>
/// The arguments of StartTransientUnit for a command that is to look and not to touch. Nothing that gives it a view of its own
/// of the file system: apt takes that for a chroot, and tells phased updates as if everybody got them.
/// </summary>
internal static class TransientUnitArguments
{
    public const ulong MemoryLimit = 1UL << 30;

    private const ulong MaxTasks = 64;
    private const ulong CapDacReadSearch = 1UL << 2;

    public static IReadOnlyList<BusArgument> Of(string unit, HostCommand command, MemoryFile output, MemoryFile complaint)
    {
        var all = new TransientProperties(unit);
        all.Add("Description", $"NodeGuard asks {Path.GetFileName(command.Program)}");
        // The job of a oneshot ends with its process.
        all.Add("Type", "oneshot");
        all.AddCommands("ExecStart", new TransientCommand(command.Program, command.Arguments));
        all.Add("Environment", ["LC_ALL=C", "DEBIAN_FRONTEND=noninteractive", .. command.Environment]);
        // Its result stays to be read as long as this connection holds it, and no longer.
        all.Add("AddRef", true);
        all.Add("CollectMode", "inactive-or-failed");
        all.Add("StandardInput", "null");
        all.Add("StandardOutputFileDescriptor", output.Handle);
        all.Add("StandardErrorFileDescriptor", complaint.Handle);
        all.Add("TimeoutStartUSec", (ulong)command.Timeout.TotalMicroseconds);
        all.Add("LimitFSIZE", (ulong)command.OutputLimit);
        all.Add("LimitCORE", 0UL);
        all.Add("TasksMax", MaxTasks);
        all.Add("MemoryMax", MemoryLimit);
        all.Add("Nice", 19);
        // No network: of sockets only those of this host.
        all.Add("RestrictAddressFamilies", "(bas)", [BusArgument.Open('r', "bas"), BusArgument.Boolean(true), BusArgument.Open('a', "s"), BusArgument.String("AF_UNIX"), BusArgument.Close, BusArgument.Close]);
        // Settings of apt and zypper may be root's alone.
        all.Add("CapabilityBoundingSet", CapDacReadSearch);
        all.Add("NoNewPrivileges", true);
        return all.End();
    }
}
