using System.Globalization;
using System.Runtime.CompilerServices;

namespace NodeGuard.Lab.Tests.Lab;

/// <summary>The machine that the lab's containers run on.</summary>
public static class LabHost
{
    /// <summary>Where the solution file is.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    private static string LabScript => Path.Combine(RepositoryRoot, "scripts", "lab.sh");

    /// <returns>False where lab tests cannot run and may say so; throws on CI, where a lab that tests nothing would look like success.</returns>
    public static bool HasRoot()
    {
        if (Environment.UserName == "root")
        {
            return true;
        }

        return Environment.GetEnvironmentVariable("CI") == "true"
            ? throw new LabException("the lab needs root to boot containers, and CI=true does not let it be left out; run the tests as root")
            : false;
    }

    /// <summary>Root, or a failure that says so.</summary>
    public static void RequireRoot([CallerMemberName] string test = "")
    {
        if (!HasRoot())
        {
            throw new LabException($"{test} needs root to boot a container; run the tests as root, or leave them out with --filter Needs!=root");
        }
    }

    /// <summary>The published program: NODEGUARD_BINARY, else where `./build.sh publish` puts it.</summary>
    public static string NodeguardBinary()
    {
        string binary = Environment.GetEnvironmentVariable("NODEGUARD_BINARY") is { Length: > 0 } named
            ? named
            : Path.Combine(RepositoryRoot, "artifacts", "linux-x64", "nodeguard");
        return File.Exists(binary)
            ? binary
            : throw new LabException($"the program under test was wanted at {binary} and is not there; run ./build.sh publish or set NODEGUARD_BINARY");
    }

    /// <summary>The published sandbox, which lies beside the program.</summary>
    public static string SandboxBinary()
    {
        string binary = Path.Combine(Path.GetDirectoryName(NodeguardBinary())!, "nodeguard-sandbox");
        return File.Exists(binary) ? binary : throw new LabException($"the sandbox was wanted at {binary} and is not there; run ./build.sh publish");
    }

    /// <summary>The definitions of our kinds.</summary>
    public static string Definitions => Path.Combine(RepositoryRoot, "deploy", "crds");

    /// <summary>The unit of the agent as it is delivered.</summary>
    public static string AgentUnit => Path.Combine(RepositoryRoot, "deploy", "systemd", "nodeguard-agent.service");

    /// <summary>The base root file system of the suite, made on first use.</summary>
    public static async Task<string> RootFileSystemAsync(LabSuite suite)
    {
        string script = Path.Combine(RepositoryRoot, "scripts", "lab-rootfs.sh");
        CommandResult made = await CommandRunner.RunAsync([script, suite.Name], timeout: TimeSpan.FromMinutes(15));
        return made.Succeeded();
    }

    internal static Task<CommandResult> LabAsync(params string[] arguments) => CommandRunner.RunAsync(
        [LabScript, .. arguments],
        timeout: TimeSpan.FromMinutes(15),
        environment: new Dictionary<string, string>
        {
            ["NODEGUARD_LAB_OWNER"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
        });

    private static string FindRepositoryRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "NodeGuard.sln")))
            {
                return at.FullName;
            }
        }

        throw new LabException($"NodeGuard.sln was wanted in a directory above {AppContext.BaseDirectory} and is in none; run the tests from a checkout");
    }
}
