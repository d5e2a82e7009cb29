using System.ComponentModel;
using System.Diagnostics;

namespace NodeGuard.Linux.Tests.Systemd.Bus;

/// <summary>A dbus-daemon of the test's own, that can be killed and started again at the same address.</summary>
internal sealed class PrivateBus : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-bus-").FullName;
    private Process? _daemon;

    public string Address => $"unix:path={_directory}/bus";

    /// <summary>Before the start: a name that the bus starts this program for.</summary>
    public void Offer(string name, string program)
    {
        string services = Directory.CreateDirectory($"{_directory}/dbus-1/services").FullName;
        File.WriteAllText($"{services}/{name}.service", $"[D-BUS Service]\nName={name}\nExec={program}\n");
    }

    public async Task StartAsync()
    {
        File.Delete($"{_directory}/bus");
        var start = new ProcessStartInfo("dbus-daemon", ["--session", "--nofork", "--nopidfile", "--print-address", $"--address={Address}"])
        {
            RedirectStandardOutput = true,
        };
        // Where a session bus looks for services that it may start.
        start.Environment["XDG_DATA_HOME"] = _directory;
        try
        {
            _daemon = Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException("these tests need dbus-daemon: install the package dbus (dbus-daemon)", missing);
        }

        // The address is printed once the daemon listens.
        string? line = await _daemon.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
        if (line is null)
            throw new InvalidOperationException("dbus-daemon ended before it listened");
    }

    public void Kill()
    {
        _daemon?.Kill();
        _daemon?.WaitForExit();
        _daemon?.Dispose();
        _daemon = null;
    }

    public void Dispose()
    {
        Kill();
        Directory.Delete(_directory, recursive: true);
    }
}
