using System.Globalization;

namespace NodeGuard.Linux.Tests.Systemd;

/// <summary>A /proc of files in a temporary directory.</summary>
internal sealed class ProcTree : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("nodeguard-proc-").FullName;

    public void AddProcess(int pid, string comm, string executable, string? environment = null, string? networkNamespace = null)
    {
        string directory = Path.Combine(Root, pid.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "comm"), comm + "\n");
        File.WriteAllText(Path.Combine(directory, "cmdline"), executable + "\0");
        File.WriteAllText(Path.Combine(directory, "stat"), $"{pid} ({comm}) S 1 {string.Join(' ', Enumerable.Range(5, 40))}\n");
        if (environment is not null)
        {
            File.WriteAllText(Path.Combine(directory, "environ"), environment);
        }

        if (networkNamespace is not null)
        {
            Directory.CreateDirectory(Path.Combine(directory, "ns"));
            File.CreateSymbolicLink(Path.Combine(directory, "ns/net"), networkNamespace);
        }
    }

    /// <param name="listing">Lines as the fixtures hold them: "3 -> socket:[33573]".</param>
    public void AddDescriptors(int pid, string listing)
    {
        string directory = Directory.CreateDirectory(Path.Combine(Root, pid.ToString(CultureInfo.InvariantCulture), "fd")).FullName;
        foreach (string line in listing.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] link = line.Split(" -> ");
            File.CreateSymbolicLink(Path.Combine(directory, link[0].Trim()), link[1].Trim());
        }
    }

    public void SetNetlinkTable(string text)
    {
        Directory.CreateDirectory(Path.Combine(Root, "net"));
        File.WriteAllText(Path.Combine(Root, "net/netlink"), text);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
