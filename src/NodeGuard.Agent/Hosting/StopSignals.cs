using System.Runtime.InteropServices;

namespace NodeGuard.Agent.Hosting;

/// <summary>SIGTERM, SIGINT and the caller's token, as one token with a reason.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly PosixSignalRegistration _term;
    private readonly PosixSignalRegistration _interrupt;

    public StopSignals(CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, "SIGTERM"));
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, "SIGINT"));
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>For the log.</summary>
    public string Reason { get; private set; } = "its caller asked for it";

    public Task CancelAsync() => _stop.CancelAsync();

    public void Dispose()
    {
        _term.Dispose();
        _interrupt.Dispose();
        _stop.Dispose();
    }

    private void Stop(PosixSignalContext context, string name)
    {
        // Without this the runtime would end the process before the ledger is written.
        context.Cancel = true;
        Reason = name;
        _stop.Cancel();
    }
}
