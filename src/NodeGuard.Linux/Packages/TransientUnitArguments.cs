using System.Runtime.InteropServices;
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
        List<BusArgument> all = [BusArgument.String(unit), BusArgument.String("fail"), BusArgument.Open('a', "(sv)")];
        Add(all, "Description", "s", BusArgument.String($"NodeGuard asks {Path.GetFileName(command.Program)}"));
        // The job of a oneshot ends with its process.
        Add(all, "Type", "s", BusArgument.String("oneshot"));
        Add(all, "ExecStart", "a(sasb)", Exec(command));
        Add(all, "Environment", "as", BusArgument.Open('a', "s"), BusArgument.String("LC_ALL=C"), BusArgument.String("DEBIAN_FRONTEND=noninteractive"), BusArgument.Close);
        // Its result stays to be read as long as this connection holds it, and no longer.
        Add(all, "AddRef", "b", BusArgument.Boolean(true));
        Add(all, "CollectMode", "s", BusArgument.String("inactive-or-failed"));
        Add(all, "StandardInput", "s", BusArgument.String("null"));
        Add(all, "StandardOutputFileDescriptor", "h", Descriptor(output.Handle));
        Add(all, "StandardErrorFileDescriptor", "h", Descriptor(complaint.Handle));
        Add(all, "TimeoutStartUSec", "t", BusArgument.UInt64((ulong)command.Timeout.TotalMicroseconds));
        Add(all, "LimitFSIZE", "t", BusArgument.UInt64((ulong)command.OutputLimit));
        Add(all, "LimitCORE", "t", BusArgument.UInt64(0));
        Add(all, "TasksMax", "t", BusArgument.UInt64(MaxTasks));
        Add(all, "MemoryMax", "t", BusArgument.UInt64(MemoryLimit));
        Add(all, "Nice", "i", BusArgument.Int32(19));
        // No network: of sockets only those of this host.
        Add(all, "RestrictAddressFamilies", "(bas)", BusArgument.Open('r', "bas"), BusArgument.Boolean(true), BusArgument.Open('a', "s"), BusArgument.String("AF_UNIX"), BusArgument.Close, BusArgument.Close);
        // Settings of apt may be root's alone.
        Add(all, "CapabilityBoundingSet", "t", BusArgument.UInt64(CapDacReadSearch));
        Add(all, "NoNewPrivileges", "b", BusArgument.Boolean(true));
        all.Add(BusArgument.Close);
        all.AddRange([BusArgument.Open('a', "(sa(sv))"), BusArgument.Close]);
        return all;
    }

    private static BusArgument[] Exec(HostCommand command) =>
    [
        BusArgument.Open('a', "(sasb)"), BusArgument.Open('r', "sasb"),
        BusArgument.String(command.Program),
        BusArgument.Open('a', "s"), BusArgument.String(command.Program),
        // systemd puts variables in for a single $.
        .. command.Arguments.Select(argument => BusArgument.String(argument.Replace("$", "$$", StringComparison.Ordinal))),
        BusArgument.Close,
        BusArgument.Boolean(false),
        BusArgument.Close, BusArgument.Close,
    ];

    private static void Add(List<BusArgument> all, string name, string signature, params BusArgument[] value) =>
        all.AddRange([BusArgument.Open('r', "sv"), BusArgument.String(name), BusArgument.Open('v', signature), .. value, BusArgument.Close, BusArgument.Close]);

    // Its owner keeps it open until systemd has answered, and by then has it, too.
    private static BusArgument Descriptor(SafeHandle handle) => BusArgument.Descriptor((int)handle.DangerousGetHandle());
}
