using NodeGuard.Cli;
using NodeGuard.Cli.Terminal;

using var signals = new TerminationSignals();
var console = CliConsole.OfProcess();
try
{
    return await CommandLine.RunAsync(args, new CliContext { Console = console, Environment = Environment.GetEnvironmentVariable }, signals.Token);
}
finally
{
    await console.FlushAsync();
}
