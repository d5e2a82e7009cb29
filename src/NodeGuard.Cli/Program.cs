using NodeGuard.Cli;
using NodeGuard.Cli.Terminal;

using var signals = new TerminationSignals();
var console = CliConsole.OfProcess();
try
{
    return await CommandLine.RunAsync(args, CliContext.OfProcess(console), signals.Token);
}
finally
{
    await console.FlushAsync();
}
