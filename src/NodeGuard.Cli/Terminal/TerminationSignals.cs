using System.Runtime.InteropServices;

namespace NodeGuard.Cli.Terminal;

/// <summary>Cancels on the first SIGINT or SIGTERM; the second one kills, so that a hung command can always be left.</summary>
public sealed class TerminationSignals : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly PosixSignalRegistration[] _registrations;

    public TerminationSignals()
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel),
        ];
    }

    public CancellationToken Token => _cancellation.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _cancellation.Dispose();
    }

    private void Cancel(PosixSignalContext context)
    {
        if (_cancellation.IsCancellationRequested)
            return;
        context.Cancel = true;
        _cancellation.Cancel();
    }
}
