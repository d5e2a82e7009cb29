using NodeGuard.Linux.Files;
using NodeGuard.Linux.Systemd.Bus;

namespace NodeGuard.Linux.Packages;

/// <summary>
/// Runs each command as a transient unit of the host's systemd: in the host's root, without network and privileges, and
/// bounded in time, memory and output, which comes back through descriptors that the bus carries.
/// </summary>
public sealed class TransientCommands : IHostCommands, IDisposable
{
    private readonly SystemBus _bus;
    private readonly TimeProvider _time;

    /// <param name="time">The clock.</param>
    /// <param name="address">D-Bus address; by default that of the system bus.</param>
    public TransientCommands(TimeProvider time, string? address = null)
    {
        var options = new BusOptions { Matches = BusOptions.JobEnds };
        _bus = new SystemBus(address is null ? options : options with { Address = address });
        _time = time;
    }

    public async Task<HostCommandAnswer> RunAsync(HostCommand command, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            using MemoryFile output = MemoryFile.Create(command.Name), complaint = MemoryFile.Create(command.Name);
            return await new TransientRun(_bus, _time, command, output, complaint).RunAsync(cancellation);
        }
        catch (IOException noFile)
        {
            return new HostCommandAnswer.NoAnswer($"{command.Program} was not asked: {noFile.Message}");
        }
    }

    public void Dispose() => _bus.Dispose();
}
