namespace NodeGuard.Core.Images;

/// <summary>The kernel's command line without what names one machine or one boot of it.</summary>
public static class KernelCommandLine
{
    private static readonly string[] OfOneMachine =
        ["BOOT_IMAGE=", "initrd=", "ostree=", "resume=", "BOOTIF=", "ifname=", "ip=", "systemd.machine_id=", "rd.luks.uuid=", "rd.luks.name=", "rd.md.uuid=", "luks.uuid="];

    private static readonly string[] RootOfOneMachine = ["root=UUID=", "root=PARTUUID=", "root=LABEL=", "root=PARTLABEL="];

    public static string Stable(string line) => string.Join(' ', Words(line).Where(static word => !IsOfOneMachine(word)));

    public static string[] Words(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static bool IsOfOneMachine(string word) =>
        OfOneMachine.Concat(RootOfOneMachine).Any(start => word.StartsWith(start, StringComparison.Ordinal));
}
