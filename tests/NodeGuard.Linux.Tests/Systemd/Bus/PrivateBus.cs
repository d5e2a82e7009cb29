using System.ComponentModel;
using System.Diagnostics;

namespace NodeGuard.Linux.Tests.Systemd.Bus;

/// <summary>A dbus-daemon of the test's own, that can be killed and started again at the same address.</summary>
internal sealed class PrivateBus : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-bus-").FullName;
    private Process? _daemon;

    public string Address => $"unix:path={_directory}/bus";

    public async Task StartAsync()
    {
        File.Delete($"{_directory}/bus");
        var start = new ProcessStartInfo("dbus-daemon", ["--session", "--nofork", "--nopidfile", "--print-address", $"--address={Address}"])
        {
            RedirectStandardOutput = true,
        };
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
