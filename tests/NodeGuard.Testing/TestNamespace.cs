using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NodeGuard.Testing;

/// <summary>A network namespace of its own with one link, `eth0`, up and addressed; gone when disposed. Needs root.</summary>
internal sealed partial class TestNamespace : IDisposable
{
    private const int CLONE_NEWNET = 0x40000000;

    private readonly string _name = $"ngtest-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}";

    public TestNamespace()
    {
        if (Environment.UserName != "root")
        {
            throw new InvalidOperationException("this test makes a network namespace: run it as root");
        }

        RunHost("netns", "add", _name);
        Ip("link", "set", "lo", "up");
        Ip("link", "add", "eth0", "type", "bridge");

        // Link-local addresses appear and settle in their own time, which no test waits for.
        Ip("link", "set", "eth0", "addrgenmode", "none");
        Ip("addr", "add", "10.77.0.2/24", "dev", "eth0");
        Ip("link", "set", "eth0", "up");
    }

    /// <summary>Runs `ip` with these arguments in the namespace; its output, or an exception with its words.</summary>
    public string Ip(params string[] arguments) => RunHost(["-n", _name, .. arguments]);

    public void IpBatch(IEnumerable<string> lines)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(file, lines);
            Ip("-batch", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public string Rules() => Ip("rule") + Ip("-6", "rule");

    public string Routes() => Ip("route", "show", "table", "all") + Ip("-6", "route", "show", "table", "all");

    /// <summary>Runs a function on a thread that lives in the namespace; what it opens stays there.</summary>
    public T Inside<T>(Func<T> function)
    {
        T? result = default;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                int handle = Open($"/var/run/netns/{_name}", 0);
                int entered = SetNs(handle, CLONE_NEWNET);
                _ = Close(handle);
                if (entered != 0)
                {
                    throw new InvalidOperationException($"setns: {Marshal.GetLastPInvokeErrorMessage()}");
                }

                result = function();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw new InvalidOperationException(failure.Message, failure);
    }

    public void Dispose() => RunHost("netns", "del", _name);

    private static string RunHost(params string[] arguments)
    {
        var start = new ProcessStartInfo("ip") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {errors.Result}");
    }

    // FileStream seeks, which a namespace file refuses.
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(int descriptor, int kind);
}
